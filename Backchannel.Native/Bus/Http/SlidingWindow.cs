using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Http;

/// <summary>Lets each subject do something so many times in a window that slides with the clock.</summary>
/// <param name="limit">Zero: no limit.</param>
internal sealed class SlidingWindow(int limit, TimeSpan window, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, Queue<long>> subjects = [];

    public int Limit { get; } = limit;

    public TimeSpan Window { get; } = window;

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
        var uses = subjects.GetOrAdd(subject, static _ => new Queue<long>());
        lock (uses)
        {
            while (uses.TryPeek(out var oldest) && timeProvider.GetElapsedTime(oldest, now) >= Window)
            {
                uses.Dequeue();
            }

            if (uses.Count >= Limit)
            {
                remaining = 0;
                return false;
            }

            uses.Enqueue(now);
            remaining = Limit - uses.Count;
            return true;
        }
    }
}
