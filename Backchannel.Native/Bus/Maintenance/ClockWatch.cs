namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Notices that the machine's clock was set.</summary>
internal sealed class ClockWatch(TimeProvider timeProvider)
{
    private static readonly TimeSpan LargestDrift = TimeSpan.FromMinutes(1);

    private readonly long start = timeProvider.GetTimestamp();
    private DateTimeOffset startedAt = timeProvider.GetUtcNow();

    /// <summary>Whether it was set since the last question.</summary>
    public bool WasSet()
    {
        var drift = timeProvider.GetUtcNow() - startedAt - timeProvider.GetElapsedTime(start);
        startedAt += drift;
        return drift.Duration() >= LargestDrift;
    }
}
