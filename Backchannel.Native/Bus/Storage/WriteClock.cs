namespace Backchannel.Native.Bus.Storage;

/// <summary>The times of the writer: the machine's time, and unique times that grow whatever the machine's clock does.</summary>
/// <remarks>
/// The machine's clock is read once a transaction, and the monotonic clock measures the time within one. So a clock that is set is noticed before a
/// write acts on it, and never in the middle of a transaction.
/// </remarks>
internal sealed class WriteClock
{
    // A smaller difference is a clock that is being slewed, or a reading between two ticks.
    private const long SmallestStep = Instant.PerSecond;

    // Unique times that are ahead by less come from a burst of writes and not from a clock that was wrong.
    private const long Burst = Instant.PerSecond;

    private readonly TimeProvider timeProvider;
    private readonly long start;
    private long offset;
    private long step;
    private long last;

    /// <param name="last">The newest time that was given before the start.</param>
    public WriteClock(TimeProvider timeProvider, long last)
    {
        this.timeProvider = timeProvider;
        this.last = last;
        start = timeProvider.GetTimestamp();
        offset = Instant.Now(timeProvider);
    }

    /// <summary>The machine's time. For the writer's thread.</summary>
    public long Now => offset + Elapsed;

    /// <summary>Whether the machine's clock was set since the last transaction. For any thread.</summary>
    public bool WasSet => Volatile.Read(ref step) != 0 || Math.Abs(Instant.Now(timeProvider) - Elapsed - Volatile.Read(ref offset)) >= SmallestStep;

    /// <summary>Since the start, whatever the machine's clock does. For any thread.</summary>
    public TimeSpan Uptime => timeProvider.GetElapsedTime(start);

    private long Elapsed => Uptime.Ticks / TimeSpan.TicksPerMicrosecond;

    public long NextUnique() => last = Math.Max(Now, last + 1);

    public Moment NextMoment()
    {
        var unique = NextUnique();
        var now = Now;
        return new Moment(unique, unique - now < Burst ? unique : now);
    }

    /// <summary>Reads the machine's clock, at the beginning of a transaction.</summary>
    /// <returns>By how much the clock was set since the last <see cref="Settle"/>.</returns>
    public long Read()
    {
        var current = Instant.Now(timeProvider) - Elapsed;
        var difference = current - offset;
        Volatile.Write(ref offset, current);
        Volatile.Write(ref step, step + (Math.Abs(difference) >= SmallestStep ? difference : 0));
        return step;
    }

    /// <summary>Notes that the times in the database were adjusted to the clock.</summary>
    public void Settle() => Volatile.Write(ref step, 0);
}
