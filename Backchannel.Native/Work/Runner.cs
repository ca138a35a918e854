using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Takes tasks and runs the command for each, until it is told to end or has done what it was asked for.</summary>
internal sealed class Runner(WorkOrder order, TaskSource source, TaskRun run, IWorkDisplay display, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(Limits.MaxLongPollSeconds);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>An agent that fails within it has most likely done nothing.</summary>
    private static readonly TimeSpan ShortRun = TimeSpan.FromSeconds(20);

    /// <summary>So many short failures in a row: the agent itself does not work.</summary>
    private const int MostShortFailures = 3;

    private readonly List<Task<RunOutcome>> running = [];
    private int taken;
    private int collectedAt;
    private int unsuccessful;

    /// <summary>Tasks that are being worked on: fewer than <see cref="running"/> where one has just ended.</summary>
    private int active;
    private WorkException? fault;
    private string? missedBy;
    private int shortFailures;

    /// <param name="stop">Ends the taking; what runs has its grace.</param>
    /// <param name="hurry">Ends the grace.</param>
    /// <returns>How many tasks were not done.</returns>
    /// <exception cref="WorkException">It cannot go on.</exception>
    public async Task<int> RunAsync(CancellationToken stop, CancellationToken hurry)
    {
        using var giveBack = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        using var unusable = new CancellationTokenSource();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, unusable.Token);
        try
        {
            await TakeAllAsync(unusable, giveBack.Token, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        catch (WorkException exception)
        {
            fault = exception;
        }

        // What was asked for has been taken: it runs to its end, unless the runner is told to end meanwhile.
        await ((Task)Task.WhenAll(running)).WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ending.IsCancellationRequested)
        {
            var left = Volatile.Read(ref active);
            display.Info(left == 0
                ? "this runner ends; nothing runs"
                : $"no more tasks are taken; waiting up to {order.Grace.TotalSeconds:0} s for {left} that {(left == 1 ? "runs" : "run")}");
            giveBack.CancelAfter(order.Grace);
        }

        await Task.WhenAll(running);
        return fault is null ? unsuccessful : throw fault;
    }

    private async Task TakeAllAsync(CancellationTokenSource unusable, CancellationToken giveBack, CancellationToken stop)
    {
        var idleSince = time.GetTimestamp();
        var pause = FirstPause;
        while (!stop.IsCancellationRequested && (order.MaxTasks is not { } most || taken < most))
        {
            if (running.Count >= order.Parallel)
            {
                await Task.WhenAny(running).WaitAsync(stop);
            }

            // An idle runner counts from the end of its last task.
            idleSince = running.Count > 0 ? time.GetTimestamp() : idleSince;
            await ForgetEndedAsync();
            var left = order.IdleExit is { } idle ? idle - time.GetElapsedTime(idleSince) : LongestWait;
            if (left <= TimeSpan.Zero)
            {
                display.Info($"no task came for {order.IdleExit!.Value.TotalSeconds:0} s");
                return;
            }

            try
            {
                if (await source.NextAsync(left < LongestWait ? left : LongestWait, stop) is { } lease)
                {
                    taken++;
                    running.Add(RunAsync(lease, unusable, giveBack));
                }

                pause = FirstPause;
            }
            catch (BackchannelException exception) when (IsPassing(exception))
            {
                display.Warning($"{exception.Message}; trying again");
                await Task.Delay(exception.RetryAfter > pause ? exception.RetryAfter.Value : pause, time, stop);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (BackchannelException exception)
            {
                throw new WorkException($"{exception.Message}{(exception.Advice is { } advice ? $" {advice}" : "")}");
            }
        }
    }

    /// <exception cref="Exception">That of a run: a bug.</exception>
    private async Task ForgetEndedAsync()
    {
        foreach (var ended in running.Where(static task => task.IsCompleted).ToList())
        {
            await ended;
            running.Remove(ended);
        }

        if (running.Count == 0 && taken > collectedAt)
        {
            // It may be idle for days: what the last runs took goes back to the system.
            collectedAt = taken;
            ProgramMemory.ReleaseWhenIdle();
        }
    }

    private static bool IsPassing(BackchannelException exception) => exception.Code
        is FaultCodes.Unreachable or FaultCodes.Timeout or FaultCodes.PassedOver or FaultCodes.Locked
        or ErrorCodes.RateLimitExceeded or ErrorCodes.InternalServerError or ErrorCodes.StorageUnavailable or ErrorCodes.ChannelNotFound;

    private async Task<RunOutcome> RunAsync(HeldLease lease, CancellationTokenSource unusable, CancellationToken giveBack)
    {
        Interlocked.Increment(ref active);
        var started = time.GetTimestamp();
        var outcome = await run.RunAsync(lease, giveBack);
        Interlocked.Decrement(ref active);
        Interlocked.Add(ref unsuccessful, outcome.Kind == RunOutcomeKind.Acknowledged ? 0 : 1);
        if (outcome.Kind == RunOutcomeKind.GivenBack && !giveBack.IsCancellationRequested)
        {
            // Something is wrong here: no other task would fare better.
            fault = new($"{outcome.Text?.ReplaceLineEndings(" ").TrimEnd('.')}. The task was given back, and this runner ends.");
            await unusable.CancelAsync();
        }
        else if (MissesProgramAgain(lease.MessageId, outcome))
        {
            fault = new($"{outcome.Text?.ReplaceLineEndings(" ").TrimEnd('.')}. It was so for two tasks in a row, so this runner ends. Both count as failed attempts.");
            await unusable.CancelAsync();
        }
        else if (HasFailedAgain(outcome, time.GetElapsedTime(started)))
        {
            fault = new(
                $"{order.Host!.Name} failed at {MostShortFailures} tasks in a row, each within {ShortRun.TotalSeconds:0} s, so this runner ends. The last reason: {outcome.Text?.ReplaceLineEndings(" ").TrimEnd('.')}. "
                + $"Run '{order.Host.Command[0]}' by itself and see whether it is logged in and answers");
            await unusable.CancelAsync();
        }

        return outcome;
    }

    /// <summary>Whether two different tasks in a row have said that a program is missing: one of them may have said so by itself.</summary>
    private bool MissesProgramAgain(string messageId, RunOutcome outcome)
    {
        var before = Interlocked.Exchange(ref missedBy, outcome.MissesProgram ? messageId : null);
        return outcome.MissesProgram && before is not null && before != messageId;
    }

    /// <summary>Whether the agent fails at one task after the other, as one does that is not logged in: each would be lost to it.</summary>
    private bool HasFailedAgain(RunOutcome outcome, TimeSpan took)
    {
        if (order.Host is not null && took < ShortRun && outcome.Kind is RunOutcomeKind.Failed or RunOutcomeKind.ToRetry)
        {
            return Interlocked.Increment(ref shortFailures) >= MostShortFailures;
        }

        Interlocked.Exchange(ref shortFailures, 0);
        return false;
    }
}
