using System.Globalization;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Tells a waiting caller that the wait goes on, every few seconds and at each change.</summary>
internal sealed class WaitProgress : IAsyncDisposable
{
    /// <summary>At least every 10 s is promised; a late timer still keeps that.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ToolCall call;
    private readonly TimeProvider time;
    private readonly long started;
    private readonly CancellationTokenSource ended;
    private readonly Task ticking;
    private volatile string state;

    /// <param name="state">What is waited for, such as "waiting for a worker".</param>
    public WaitProgress(ToolCall call, string state, TimeProvider time, CancellationToken cancellationToken)
    {
        this.call = call;
        this.time = time;
        this.state = state;
        started = time.GetTimestamp();
        ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Tell(state);

        // There is no progress of a task: its client polls.
        ticking = call is { CanReportProgress: true, Task: null } ? TickAsync(ended.Token) : Task.CompletedTask;
    }

    /// <summary>Reports a state, if it is a new one.</summary>
    public ValueTask ChangeAsync(string newState, CancellationToken cancellationToken)
    {
        if (state == newState)
        {
            return ValueTask.CompletedTask;
        }

        state = newState;
        Tell(newState);
        return call.ReportProgressAsync(newState, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await ticking;
        ended.Dispose();
    }

    private void Tell(string newState)
    {
        if (call.Task is { } task)
        {
            task.Status = newState;
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var seconds = time.GetElapsedTime(started).TotalSeconds;
                var message = string.Create(CultureInfo.InvariantCulture, $"{state} ({seconds:0} s)");
                await call.ReportProgressAsync(message, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }
}
