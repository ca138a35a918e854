using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Http;

/// <summary>Lets each subject do something so many times in a window that slides with the clock.</summary>
/// <param name="limit">Zero: no limit.</param>
internal sealed class SlidingWindow(int limit, TimeSpan window, TimeProvider timeProvider)
{
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
                if (uses.Times.Count >= Limit)
                {
                    remaining = 0;
                    return false;
                }

                uses.Times.Enqueue(now);
                remaining = Limit - uses.Times.Count;
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
                if (uses.Times.Count == 0)
                {
                    uses.IsForgotten = true;
                    subjects.TryRemove(subject, out _);
                }
            }
        }
    }

    private void Drop(Uses uses, long now)
    {
        while (uses.Times.TryPeek(out var oldest) && timeProvider.GetElapsedTime(oldest, now) >= Window)
        {
            uses.Times.Dequeue();
        }
    }

    private sealed class Uses
    {
        public Queue<long> Times { get; } = new();

        /// <summary>No longer in the table; whoever still holds it has to look again.</summary>
        public bool IsForgotten { get; set; }
    }
}
