namespace Backchannel.Native.Bus.Storage;

/// <summary>The machine's clock, as far as its database has no better one: buses on several machines follow the clock of the database that they share.</summary>
/// <param name="machine">Gives timers and the monotonic clock too.</param>
internal sealed class SharedClock(TimeProvider machine) : TimeProvider
{
    private long offset;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow().AddTicks(Volatile.Read(ref offset));

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Takes a reading of the database's clock that has just arrived.</summary>
    /// <param name="now">Microseconds since 1970.</param>
    /// <param name="askedAt">The machine's time when it was asked for (<see cref="MachinesNow"/>). The answer took some time: a difference within that time is ignored.</param>
    public void Set(long now, long askedAt)
    {
        var known = Volatile.Read(ref offset);
        var read = Math.Clamp(known / TimeSpan.TicksPerMicrosecond, Math.Min(now - MachinesNow, now - askedAt), now - askedAt);
        if (read != known / TimeSpan.TicksPerMicrosecond)
        {
            Volatile.Write(ref offset, read * TimeSpan.TicksPerMicrosecond);
        }
    }

    /// <summary>The time of the machine's own clock, in microseconds since 1970.</summary>
    public static long MachinesNow => Instant.Now(System);
}
