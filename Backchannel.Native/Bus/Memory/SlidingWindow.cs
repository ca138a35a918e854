using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Memory;

/// <summary>A rate limit: each subject may do something <c>limit</c> times in a sliding window of time.</summary>
/// <param name="limit">Zero: no limit.</param>
/// <param name="mostSubjects">
/// How many subjects are remembered; each one beyond replaces another. A limit per address does not hold a sender with that many addresses anyway.
/// </param>
internal sealed class SlidingWindow(int limit, TimeSpan window, TimeProvider timeProvider, int mostSubjects = 100_000)
{
    // Up to this limit every use keeps its own time. Above it, uses within a thousandth of the window share one, which bounds the memory.
    private const int ExactLimit = 1_000;

    /// <summary>A request that waited at least this long is given back: it costs the bus less than one that is answered at once.</summary>
    public static readonly TimeSpan FreeAfter = TimeSpan.FromSeconds(1);

    private readonly TimeSpan grain = limit > ExactLimit ? window / ExactLimit : TimeSpan.Zero;
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
            return uses.Count >= Limit;
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

    /// <summary>Takes back one use: the oldest, so that never more than the limit fit into a window.</summary>
    public void GiveBack(string subject)
    {
        if (!subjects.TryGetValue(subject, out var uses))
        {
            return;
        }

        lock (uses)
        {
            if (uses.Groups.TryPeek(out var oldest))
            {
                uses.Count--;
                oldest.Count--;
                if (oldest.Count == 0)
                {
                    uses.Groups.Dequeue();
                    uses.Newest = uses.Groups.Count == 0 ? null : uses.Newest;
                }
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
        if (subjects.TryRemove(new(subject, uses)))
        {
            Interlocked.Decrement(ref count);
        }
    }

    /// <summary>Once per window, forgets the subjects without a use in the last one: a sender can use any number of addresses.</summary>
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
                    Forget(subject, uses);
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

        /// <summary>No longer in the table; a thread that still has it must look the subject up again.</summary>
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
