using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>Fake time that lets a test step in when the code under test asks for the time or sets a timer.</summary>
internal sealed class InterveningTimeProvider : FakeTimeProvider
{
    private readonly TaskCompletionSource<TimeSpan> timer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? atTimer;
    private Action? atNow;
    private int asked;

    /// <summary>Completes with the length of the first timer that is set.</summary>
    public Task<TimeSpan> FirstTimer => timer.Task;

    /// <summary>How often the time was asked for.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Runs once, when the next timer is set.</summary>
    public void AtTimer(Action action) => atTimer = action;

    /// <summary>Runs once, when the time is asked for the next time.</summary>
    public void AtNow(Action action) => atNow = action;

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Increment(ref asked);
        Interlocked.Exchange(ref atNow, null)?.Invoke();
        return base.GetUtcNow();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var created = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Exchange(ref atTimer, null)?.Invoke();
        timer.TrySetResult(dueTime);
        return created;
    }
}
