using Backchannel.Native.Client;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Claims the tasks that may be run here, one after the other.</summary>
/// <remarks>
/// The best open task is claimed in one request. If it turns out to be a stranger's, it is given back, which counts as no attempt. From then on, for as
/// long as such tasks are open, the open ones are looked at and only those that may be run are claimed: a stranger's task is neither claimed again
/// and again nor does it keep the others waiting.
/// </remarks>
internal sealed class TaskSource(
    BackchannelClient bus, ClaimSearch search, LeaseTaking taking, HeldLeases held, Senders senders, string actor, TimeProvider time)
{
    /// <summary>Short: a runner that is killed in its first second, before the bus knows its process, holds the task up for no longer.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>Most messages that are read to learn who posted them, at one look.</summary>
    private const int MaxReads = 20;

    private readonly Dictionary<string, bool> known = new(StringComparer.Ordinal);
    private bool isSifting;
    private TimeSpan pause = FirstPause;

    /// <summary>Tells of a task that is left to others, and the id of the key that posted it.</summary>
    public required Action<Message, string?> Passed { get; init; }

    /// <summary>Ids of the lanes, for the looks at what is open.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <param name="wait">How long to wait at most.</param>
    /// <param name="stop">Ends the wait; what the bus gives at that moment is given back.</param>
    /// <returns>Null: none for now.</returns>
    public async Task<HeldLease?> NextAsync(TimeSpan wait, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var lease = isSifting ? await SiftAsync(stop) : await ClaimAsync(wait, stop);
        if (lease is not null)
        {
            pause = FirstPause;
            return lease;
        }

        // A bus that does not hold the request, and a lane that is gone, must not be asked without a pause.
        if (time.GetElapsedTime(started) < wait / 2)
        {
            var left = wait - time.GetElapsedTime(started);
            await Task.Delay(pause < left ? pause : left, time, stop);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }

        return null;
    }

    private async Task<HeldLease?> ClaimAsync(TimeSpan wait, CancellationToken stop)
    {
        if (await search.LookAsync(bus, wait, isBeforeWait: false, stop) is not var (task, _))
        {
            return null;
        }

        var isAllowed = false;
        try
        {
            isAllowed = senders.Include(task.Lease);
        }
        finally
        {
            if (!isAllowed)
            {
                held.Forget(task.Lease.MessageId);
                await held.GiveBackAsync(task.Lease);
            }
        }

        if (isAllowed)
        {
            return task.Lease;
        }

        known[task.Lease.MessageId] = false;
        isSifting = true;
        Passed(task.Lease.Message, task.Lease.Task?.PostedByKeyId);
        return null;
    }

    private async Task<HeldLease?> SiftAsync(CancellationToken stop)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        var reads = 0;
        foreach (var channel in Channels)
        {
            await foreach (var message in MessagePages.ReadAsync(
                bus, channel, after: null, MessageStatus.Unclaimed, Limits.MaxPageSize, TimeSpan.Zero, stop))
            {
                if (!known.TryGetValue(message.Id, out var isAllowed))
                {
                    if (++reads > MaxReads)
                    {
                        return null;
                    }

                    var task = (await bus.GetMessageAsync(message.Id, after: null, TimeSpan.Zero, stop)).Task;
                    isAllowed = senders.Include(task);
                    known[message.Id] = isAllowed;
                    if (!isAllowed)
                    {
                        Passed(message, task?.PostedByKeyId);
                    }
                }

                if (isAllowed && await taking.TakeAsync(bus, message.Id, actor, Lease, CancellationToken.None, channel) is { } lease)
                {
                    return lease;
                }

                _ = !isAllowed && open.Add(message.Id);
            }
        }

        isSifting = open.Count > 0;
        foreach (var gone in known.Keys.Where(id => !open.Contains(id)).ToList())
        {
            known.Remove(gone);
        }

        return null;
    }
}
