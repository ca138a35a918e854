using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Support;

/// <summary>Fake time that tells which timers are set, so that a test advances when somebody waits, and not before.</summary>
internal sealed class SignallingTimeProvider : FakeTimeProvider
{
    private readonly Channel<TimeSpan> timers = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until somebody sets a timer of a length that fits.</summary>
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
