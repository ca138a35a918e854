namespace Backchannel.Native.Bus.Storage;

/// <summary>What happened on channels since it was last stored. Any thread may ask; the writer adds.</summary>
/// <remarks>Stored every few seconds instead of with each post, whose commit would write one place more. A crash takes what was not stored yet.</remarks>
internal sealed class MinuteCounts
{
    private const int MostReads = 5;

    /// <summary>A store that takes longer is not waited for.</summary>
    private static readonly TimeSpan LongestStore = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Dictionary<(long Channel, long Minute), (long Posted, long Acked)> counts = [];
    private TaskCompletionSource? storing;
    private long version;

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return counts.Count == 0;
            }
        }
    }

    public void Add(LaneMinute minute)
    {
        lock (gate)
        {
            var (posted, acked) = counts.GetValueOrDefault((minute.Channel, minute.Minute));
            counts[(minute.Channel, minute.Minute)] = (posted + minute.Posted, acked + minute.Acked);
        }
    }

    /// <summary>What is not stored yet.</summary>
    public IReadOnlyList<LaneMinute> OfChannel(long channel)
    {
        lock (gate)
        {
            return [.. counts.Where(count => count.Key.Channel == channel).Select(ToMinute)];
        }
    }

    /// <summary>Hands everything over, to be stored. Until <see cref="EndStore"/> a reader of both may miss a count, or see it twice.</summary>
    public IReadOnlyList<LaneMinute> BeginStore()
    {
        lock (gate)
        {
            var taken = counts;
            counts = [];
            version++;
            storing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return [.. taken.Select(ToMinute)];
        }
    }

    public void EndStore()
    {
        TaskCompletionSource? ended;
        lock (gate)
        {
            version++;
            (ended, storing) = (storing, null);
        }

        ended?.TrySetResult();
    }

    /// <summary>Reads what is stored together with <see cref="OfChannel"/>, at a time at which nothing is being handed over.</summary>
    public async Task<T> ReadAsync<T>(Func<ValueTask<T>> read)
    {
        for (var reads = 1; ; reads++)
        {
            var (before, store) = Now();
            if (store is not null)
            {
                await store.WaitAsync(LongestStore).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                before = Now().Version;
            }

            var result = await read();
            if (Now().Version == before || reads == MostReads)
            {
                return result;
            }
        }
    }

    private (long Version, Task? Store) Now()
    {
        lock (gate)
        {
            return (version, storing?.Task);
        }
    }

    private static LaneMinute ToMinute(KeyValuePair<(long Channel, long Minute), (long Posted, long Acked)> count) =>
        new(count.Key.Channel, count.Key.Minute, count.Value.Posted, count.Value.Acked);
}
