using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Http;

/// <summary>Lets each subject do something so many times in a window that slides with the clock.</summary>
/// <param name="limit">Zero: no limit.</param>
internal sealed class SlidingWindow(int limit, TimeSpan window, TimeProvider timeProvider)
{
    // Up to this limit every use has its own time; above, a thousandth of the window shares one, so that a high limit costs no more memory.
    private const int ExactLimit = 1_000;

    private readonly TimeSpan grain = limit > ExactLimit ? window / ExactLimit : TimeSpan.Zero;
    private readonly ConcurrentDictionary<string, Uses> subjects = [];
    private long lastSweep = timeProvider.GetTimestamp();

    public int Limit { get; } = limit;

    public TimeSpan Window { get; } = window;

    /// <summary>How many subjects are remembered: those of the last window, and at most as many again.</summary>
    public int Subjects => subjects.Count;

    /// <summary>Counts one use.</summary>
    /// <param name="remaining">How many more fit into the window.</param>
    /// <returns>False when the window is full; then nothing is counted.</returns>
    public bool TryTake(string subject, out int remaining)
    {
        remaining = 1_000_000;
        if (Limit == 0)
        {
            return true;
        }

        var now = timeProvider.GetTimestamp();
        Sweep(now);
        while (true)
        {
            var uses = subjects.GetOrAdd(subject, static _ => new Uses());
            lock (uses)
            {
                if (uses.IsForgotten)
                {
                    continue;
                }

                Drop(uses, now);
                if (uses.Count >= Limit)
                {
                    remaining = 0;
                    return false;
                }

                Add(uses, now);
                remaining = Limit - uses.Count;
                return true;
            }
        }
    }

    /// <summary>Once per window, forgets those who did nothing in the last one: addresses can be had without end.</summary>
    private void Sweep(long now)
    {
        var last = Interlocked.Read(ref lastSweep);
        if (timeProvider.GetElapsedTime(last, now) < Window || Interlocked.CompareExchange(ref lastSweep, now, last) != last)
        {
            return;
        }

        foreach (var (subject, uses) in subjects)
        {
            lock (uses)
            {
                Drop(uses, now);
                if (uses.Count == 0)
                {
                    uses.IsForgotten = true;
                    subjects.TryRemove(subject, out _);
                }
            }
        }
    }

    private void Add(Uses uses, long now)
    {
        if (uses.Newest is not { } newest || timeProvider.GetElapsedTime(newest.Begin, now) >= grain)
        {
            uses.Groups.Enqueue(uses.Newest = newest = new Group { Begin = now });
        }

        newest.End = now;
        newest.Count++;
        uses.Count++;
    }

    private void Drop(Uses uses, long now)
    {
        while (uses.Groups.TryPeek(out var oldest) && timeProvider.GetElapsedTime(oldest.End, now) >= Window)
        {
            uses.Count -= oldest.Count;
            uses.Groups.Dequeue();
            uses.Newest = uses.Groups.Count == 0 ? null : uses.Newest;
        }
    }

    private sealed class Uses
    {
        public Queue<Group> Groups { get; } = new();

        public Group? Newest { get; set; }

        public int Count { get; set; }

        /// <summary>No longer in the table; whoever still holds it has to look again.</summary>
        public bool IsForgotten { get; set; }
    }

    /// <summary>Uses that count as one time, that of the last of them.</summary>
    private sealed class Group
    {
        public required long Begin { get; init; }

        public long End { get; set; }

        public int Count { get; set; }
    }
}
