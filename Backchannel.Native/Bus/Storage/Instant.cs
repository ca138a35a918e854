using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Times as the database holds them: microseconds since 1970, UTC.</summary>
internal static class Instant
{
    public const long PerSecond = 1_000_000;

    public static long Now(TimeProvider timeProvider) => From(timeProvider.GetUtcNow());

    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Zero where a clock that was set makes it negative.</summary>
    public static TimeSpan Between(long from, long to) => TimeSpan.FromMicroseconds(Math.Max(0, to - from));

    public static string ToText(long instant) =>
        Timestamp.ToText(DateTimeOffset.UnixEpoch.AddTicks(instant * TimeSpan.TicksPerMicrosecond));

    public static string? ToText(long? instant) => instant is { } known ? ToText(known) : null;
}
