using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Time that moves, a clock that is set, and timers that run, only when a test says so.</summary>
internal sealed class ModelClock : TimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, Channel<HeldTimer>> timers = [];
    private long ticks = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;
    private long set;

    /// <summary>As the clock shows it.</summary>
    public DateTimeOffset Now => new(Interlocked.Read(ref ticks) + Interlocked.Read(ref set), TimeSpan.Zero);

    /// <summary>As it passes, whatever the clock is set to.</summary>
    public DateTimeOffset Passing => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);

    /// <summary>Sets the clock ahead or back.</summary>
    public void Set(TimeSpan step) => Interlocked.Add(ref set, step.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(callback, state);
        Timers(dueTime).Writer.TryWrite(timer);
        return timer;
    }

    /// <summary>Runs the timers of a length that nobody else uses, one after the other, and waits until the owner of each is done and has set it again.</summary>
    public async Task RunAsync(TimeSpan dueTime, int owners = 1)
    {
        var (reader, again) = (Timers(dueTime).Reader, new List<HeldTimer>());
        for (var i = 0; i < owners; i++)
        {
            again.Add(await reader.ReadAsync(Deadline.Token()));
        }

        for (var i = 0; i < owners; i++)
        {
            again[i].Fire();
            again[i] = await reader.ReadAsync(Deadline.Token());
        }

        again.ForEach(timer => Timers(dueTime).Writer.TryWrite(timer));
    }

    /// <summary>Whose timers they are has stopped.</summary>
    public void ForgetTimers() => timers.Clear();

    private Channel<HeldTimer> Timers(TimeSpan dueTime) => timers.GetOrAdd(dueTime, _ => Channel.CreateUnbounded<HeldTimer>());

    private sealed class HeldTimer(TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing runs unless it is told to.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
