namespace Backchannel.Native.Tests.Support.Time;

/// <summary>The clock of a machine that stands still between two calls: no timer fires by itself.</summary>
internal sealed class StillTime : TimeProvider
{
    private readonly List<Action> timers = [];
    private long seconds;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => seconds;

    public void Pass(long seconds) => this.seconds += seconds;

    /// <summary>Fires all timers.</summary>
    public void Beat() => timers.ForEach(static timer => timer());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        timers.Add(() => callback(state));
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
