namespace Backchannel.Native.Bus.Storage;

/// <summary>The machine's clock, as far as its database has no better one: buses on several machines follow the clock of the database that they share.</summary>
/// <param name="machine">Gives timers and the monotonic clock too.</param>
internal sealed class SharedClock(TimeProvider machine) : TimeProvider
{
    /// <summary>A reading takes as long as its way here; a smaller difference may be that.</summary>
    private static readonly long SmallestDifference = TimeSpan.FromMilliseconds(20).Ticks;

    private long offset;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow().AddTicks(Volatile.Read(ref offset));

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Takes a reading of the database's clock that has just arrived.</summary>
    /// <param name="now">Microseconds since 1970.</param>
    public void Set(long now)
    {
        var read = (now - Instant.Now(System)) * TimeSpan.TicksPerMicrosecond;
        if (Math.Abs(read - offset) > SmallestDifference)
        {
            Volatile.Write(ref offset, read);
        }
    }
}
