namespace Backchannel.Native.Bus.Storage;

/// <summary>Notices that this process stood still: frozen, without a processor, or held up by its disk. Nobody could renew a lease in that time.</summary>
/// <remarks>A timer of the machine's own clock beats once a second. Two beats that lie further apart than the limit enclose such a time.</remarks>
internal sealed class StallWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider machine;
    private readonly TimeSpan limit;
    private readonly ITimer? timer;
    private readonly Lock gate = new();
    private long lastBeat;
    private bool hasStalled;

    /// <param name="limit">The longest time that is no outage. Zero: none is one, and nothing is watched.</param>
    public StallWatch(TimeProvider machine, TimeSpan limit)
    {
        this.machine = machine;
        this.limit = limit;
        lastBeat = machine.GetTimestamp();
        timer = limit > TimeSpan.Zero ? machine.CreateTimer(static watch => ((StallWatch)watch!).Beat(), this, Pause, Pause) : null;
    }

    /// <summary>The machine's own clock, whatever the bus is told the time is.</summary>
    public TimeProvider Machine => machine;

    /// <summary>A moment, for <see cref="Took"/>.</summary>
    public long Now => machine.GetTimestamp();

    /// <summary>Whether it stood still since the last call.</summary>
    public bool TakeStall()
    {
        Beat();
        lock (gate)
        {
            var stalled = hasStalled;
            hasStalled = false;
            return stalled;
        }
    }

    /// <summary>Whether what began at a moment took as long as an outage.</summary>
    public bool Took(long start) => limit > TimeSpan.Zero && machine.GetElapsedTime(start) > limit;

    public void Dispose() => timer?.Dispose();

    private void Beat()
    {
        lock (gate)
        {
            hasStalled |= Took(lastBeat);
            lastBeat = machine.GetTimestamp();
        }
    }
}
