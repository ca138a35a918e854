using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Support.Time;

/// <summary>Fake time that reports which timers are set, so that a test can advance time once the code waits; its clock can be set.</summary>
internal sealed class SignallingTimeProvider : FakeTimeProvider
{
    private readonly Channel<TimeSpan> timers = Channel.CreateUnbounded<TimeSpan>();

    private TimeSpan set;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + set;

    // The timestamp of the base class follows the clock.
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets the clock ahead or back; timers and timestamps do not change.</summary>
    public void Set(TimeSpan step) => set += step;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer of a matching length is set.</summary>
    public async Task<TimeSpan> TimerAsync(Func<TimeSpan, bool> fits)
    {
        while (true)
        {
            var dueTime = await timers.Reader.ReadAsync().AsTask().Within();
            if (fits(dueTime))
            {
                return dueTime;
            }
        }
    }
}
