namespace Backchannel.Native.Bus.Storage;

/// <summary>The times of the writer: the machine's time, and unique times that grow whatever the machine's clock does.</summary>
/// <remarks>
/// The machine's clock is read once a transaction, and every write in it sees that time. So a clock that is set is noticed before a write acts on
/// it, and a write that runs a second time in the same transaction asks the same questions.
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
    private long now;

    public WriteClock(TimeProvider timeProvider)
    {
        this.timeProvider = timeProvider;
        start = timeProvider.GetTimestamp();
        offset = Instant.Now(timeProvider);
        now = offset;
    }

    /// <summary>The machine's time when the transaction began. For the writer's thread.</summary>
    public long Now => now;

    /// <summary>The newest time that was given to a row, also by a process before this one. For the writer's thread.</summary>
    public long Last { get; set; }

    /// <summary>Whether the machine's clock was set since the last transaction. For any thread.</summary>
    public bool WasSet => Volatile.Read(ref step) != 0 || Math.Abs(Instant.Now(timeProvider) - Elapsed - Volatile.Read(ref offset)) >= SmallestStep;

    /// <summary>Since the start, whatever the machine's clock does. For any thread.</summary>
    public TimeSpan Uptime => timeProvider.GetElapsedTime(start);

    private long Elapsed => Uptime.Ticks / TimeSpan.TicksPerMicrosecond;

    public long NextUnique() => Last = Math.Max(Now, Last + 1);

    public Moment NextMoment()
    {
        var unique = NextUnique();
        return new Moment(unique, unique - now < Burst ? unique : now);
    }

    /// <summary>Reads the machine's clock, at the beginning of a transaction.</summary>
    /// <returns>By how much the clock was set since the last <see cref="Settle"/>.</returns>
    public long Read()
    {
        var elapsed = Elapsed;
        now = Instant.Now(timeProvider);
        var current = now - elapsed;
        var difference = current - offset;
        Volatile.Write(ref offset, current);
        Volatile.Write(ref step, step + (Math.Abs(difference) >= SmallestStep ? difference : 0));
        return step;
    }

    /// <summary>Notes that the times in the database were adjusted to the clock.</summary>
    public void Settle() => Volatile.Write(ref step, 0);
}
