using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Http;

/// <summary>Lets each subject do something so many times in a window that slides with the clock.</summary>
/// <param name="limit">Zero: no limit.</param>
/// <param name="mostSubjects">
/// More are not remembered: one is forgotten for each new one. Whoever comes from so many addresses is not held by a limit per address anyway.
/// </param>
internal sealed class SlidingWindow(int limit, TimeSpan window, TimeProvider timeProvider, int mostSubjects = 100_000)
{
    private readonly ConcurrentDictionary<string, Uses> subjects = [];
    private long lastSweep = timeProvider.GetTimestamp();
    private int count;

    public int Limit { get; } = limit;

    public TimeSpan Window { get; } = window;

    /// <summary>How many subjects are remembered: those of the last two windows.</summary>
    public int Subjects => Volatile.Read(ref count);

    /// <summary>Whether nothing more of a subject fits into the window; counts nothing.</summary>
    public bool IsFull(string subject)
    {
        if (Limit == 0 || !subjects.TryGetValue(subject, out var uses))
        {
            return false;
        }

        lock (uses)
        {
            Drop(uses, timeProvider.GetTimestamp());
            return uses.Times.Count >= Limit;
        }
    }

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
            var uses = Find(subject);
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

    private Uses Find(string subject)
    {
        if (subjects.TryGetValue(subject, out var known))
        {
            return known;
        }

        if (Subjects >= mostSubjects && subjects.FirstOrDefault() is { Value: { } any } entry)
        {
            lock (any)
            {
                Forget(entry.Key, any);
            }
        }

        var added = new Uses();
        var found = subjects.GetOrAdd(subject, added);
        if (found == added)
        {
            Interlocked.Increment(ref count);
        }

        return found;
    }

    private void Forget(string subject, Uses uses)
    {
        uses.IsForgotten = true;
        if (subjects.TryRemove(subject, out _))
        {
            Interlocked.Decrement(ref count);
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
                    Forget(subject, uses);
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
