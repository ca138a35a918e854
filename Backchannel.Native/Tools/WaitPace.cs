namespace Backchannel.Native.Tools;

/// <summary>When what waits in the background may ask the bus: one after the other, a few at once and then at most one each <paramref name="interval"/>.</summary>
/// <remarks>A key may ask a bus 120 times a minute, and renewals of leases and ordinary calls need most of that: however many tasks wait, they share this.</remarks>
/// <param name="burst">How many requests may follow each other before the interval counts.</param>
internal sealed class WaitPace(TimeProvider time, int burst, TimeSpan interval)
{
    /// <summary>Between any two requests, so that what comes together is asked for together.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(250);

    private readonly long start = time.GetTimestamp();
    private TimeSpan paid = TimeSpan.Zero;
    private TimeSpan next = TimeSpan.Zero;

    /// <summary>Has nothing to dispose of: only its wait handle would, and nobody asks for that.</summary>
    private SemaphoreSlim Line { get; } = new(1, 1);

    /// <summary>The pace of all that waits in the background of a process.</summary>
    /// <param name="isLimited">Whether the bus counts the requests of a key; the private bus does not.</param>
    public static WaitPace OfWaits(TimeProvider time, bool isLimited) => new(time, burst: 10, isLimited ? TimeSpan.FromSeconds(2) : Gap);

    /// <summary>Waits until the caller may send one request.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await Line.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetElapsedTime(start);
            var due = paid - (interval * (burst - 1));
            due = due > next ? due : next;
            if (due > now)
            {
                await Task.Delay(due - now, time, cancellationToken);
                now = time.GetElapsedTime(start);
            }

            paid = (paid > now ? paid : now) + interval;
            next = now + Gap;
        }
        finally
        {
            Line.Release();
        }
    }
}
