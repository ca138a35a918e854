using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Keeps a request open at the bus while this process holds tasks, so that the bus knows that it lives.</summary>
/// <remarks>
/// Opened a moment after a claim, which is a sign of life itself: a task that is done by then costs nothing. Once open it stays
/// until the bus ends it, and serves the tasks that follow.
/// </remarks>
/// <param name="hear">Takes what the bus says that somebody else did to one of the tasks: a status of <see cref="StatusAnswer"/>.</param>
internal sealed class SessionPresence(BackchannelClient client, WorkerSession session, TimeProvider time, Action<string> hear) : IAsyncDisposable
{
    /// <summary>After a claim and after news, which often come together: what happens meanwhile is told by the next request.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Before asking a bus again that knew no sessions.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(1);

    /// <summary>With the deadline of an attempt a little longer than a bus holds the request: a dead connection is replaced before the session counts as gone.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(40);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource ended = new();
    private Task? running;

    /// <summary>Whether something was held when it last looked.</summary>
    public bool IsKept
    {
        get
        {
            lock (gate)
            {
                return running is not null;
            }
        }
    }

    /// <summary>Keeps the request open while something is held.</summary>
    public void Keep(Func<bool> isHolding)
    {
        lock (gate)
        {
            if (running is null && !ended.IsCancellationRequested)
            {
                running = RunAsync(isHolding, ended.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? last;
        lock (gate)
        {
            ended.Cancel();
            last = running;
        }

        if (last is not null)
        {
            await last;
        }

        ended.Dispose();
    }

    private async Task RunAsync(Func<bool> isHolding, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var pause = ShortPause;
            do
            {
                await Task.Delay(pause, time, cancellationToken);
                pause = await StayAsync(isHolding, cancellationToken);
            }
            while (!IsOver(isHolding));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <returns>How long to pause before the next request.</returns>
    private async Task<TimeSpan> StayAsync(Func<bool> isHolding, CancellationToken cancellationToken)
    {
        if (!isHolding())
        {
            return Pause;
        }

        try
        {
            var answer = await client.StayPresentAsync(session, Wait, cancellationToken);
            if (answer.Status is StatusAnswer.TaskEnded or StatusAnswer.TaskNoted)
            {
                hear(answer.Status);
                return ShortPause;
            }
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.NotFound)
        {
            // Another bus answers at this address now, and it has no sessions.
            client.Connection.Additions.Forget();
            return LongPause;
        }
        catch (BackchannelException)
        {
            // The bus cannot be reached; when it is back it waits for every session to return before it counts one as gone.
        }

        return Pause;
    }

    private bool IsOver(Func<bool> isHolding)
    {
        lock (gate)
        {
            if (isHolding())
            {
                return false;
            }

            running = null;
            return true;
        }
    }
}
