using Backchannel.Native.Client;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Work;

/// <summary>What happens for one task, from its claim to the report.</summary>
internal sealed class TaskRun(
    WorkOrder order, BackchannelClient bus, HeldLeases held, FileReceiving receiving, TaskReport report, IWorkDisplay display, TimeProvider time)
{
    /// <summary>A result waits so long for git to look through a worktree.</summary>
    private static readonly TimeSpan LongestLeaving = TimeSpan.FromMinutes(2);

    /// <summary>The same once the task is no longer this runner's, or the runner ends.</summary>
    private static readonly TimeSpan LastLeaving = TimeSpan.FromSeconds(2);

    /// <param name="giveBack">Fires when the runner has no time left: the command is ended and the task given back.</param>
    public async Task<RunOutcome> RunAsync(HeldLease lease, CancellationToken giveBack)
    {
        var from = Sender.Of(lease.Message);
        RunFolder? folder = null;
        CommandRun command;
        try
        {
            folder = new RunFolder { Left = display.Warning };
            command = new CommandRun(order, lease, from?.Actor ?? from?.Label ?? "somebody", folder, time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            folder?.Dispose();
            await held.GiveBackAsync(lease);
            held.Forget(lease.MessageId);
            return RunOutcome.GivenBack($"no temporary files can be made: {fault.Message}");
        }

        using (folder)
        using (command)
        {
            return await RunAsync(lease, command, giveBack);
        }
    }

    private async Task<RunOutcome> RunAsync(HeldLease lease, CommandRun command, CancellationToken giveBack)
    {
        var view = new RunView(lease.MessageId, command.From, time.GetTimestamp()) { Note = () => command.LastLine };
        display.Started(view);
        using var ended = new CancellationTokenSource();
        var noting = order.SendsProgress ? new ProgressNotes(bus, lease, command, time).RunAsync(ended.Token) : Task.CompletedTask;
        var outcome = await TryAsync(lease, command, giveBack);
        await ended.CancelAsync();
        await noting;
        if (outcome.Kind == RunOutcomeKind.Lost)
        {
            held.Forget(lease.MessageId);
        }
        else
        {
            outcome = await report.SendAsync(lease, outcome, giveBack);
        }

        display.Ended(view, outcome);
        return outcome;
    }

    private async Task<RunOutcome> TryAsync(HeldLease lease, CommandRun command, CancellationToken giveBack)
    {
        try
        {
            return await RunCommandAsync(lease, command, giveBack);
        }
        catch (OperationCanceledException) when (giveBack.IsCancellationRequested)
        {
            return RunOutcome.GivenBack("the runner ends");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or somebody cleared the temporary folder. Given back after its command has run, the task would meet every runner like this.
            return command.HasRun
                ? RunOutcome.Failed($"The command has ended, and its result cannot be read: {fault.Message}")
                : RunOutcome.GivenBack(fault.Message);
        }
    }

    private async Task<RunOutcome> RunCommandAsync(HeldLease lease, CommandRun command, CancellationToken giveBack)
    {
        if (CommandLine.TakesTask(order.Command) && CommandLine.Refusal(lease.Message.Content) is { } refusal)
        {
            return RunOutcome.Failed(refusal);
        }

        if (!Directory.Exists(order.Folder))
        {
            return RunOutcome.GivenBack($"the folder {order.Folder} is gone");
        }

        var files = await receiving.FetchAsync(bus, lease.Message, giveBack);
        if (files?.FirstOrDefault(static file => file.Path is null) is { } missing)
        {
            return RunOutcome.ToRetry($"The file {missing.Name} of the task could not be fetched: {missing.Error}");
        }

        var received = files?.Select(static file => file.Path!).ToList() ?? [];
        if (!order.UsesWorktree)
        {
            return await command.RunAsync(order.Folder, received, [], held.WaitForLossAsync(lease.MessageId), Loss, giveBack);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(giveBack);
        var lost = held.WaitForLossAsync(lease.MessageId);
        Worktree worktree;
        try
        {
            var adding = Worktree.AddAsync(new(order.Executable, time), order.Folder, order.Home!, lease.MessageId, command.Attempt, ending.Token);
            if (await Task.WhenAny(adding, lost) == lost)
            {
                await ending.CancelAsync();
            }

            worktree = await adding;
        }
        catch (WorkException fault)
        {
            return lost.IsCompleted ? new(RunOutcomeKind.Lost, Loss())
                : giveBack.IsCancellationRequested ? RunOutcome.GivenBack("the runner ends")
                : RunOutcome.GivenBack(fault.Message);
        }

        return await command.RunAsync(worktree.Folder, received, [() => LeaveAsync(worktree, lost, giveBack)], lost, Loss, giveBack);

        string Loss() => held.Find(lease.MessageId)?.End?.Describe() is { } end ? $"it {end}" : "the bus gave it to another worker, because its lease had run out";
    }

    /// <summary>Removes a worktree if nothing is lost by it. A filter of the repository, which git runs for that, may hang.</summary>
    private async Task<string> LeaveAsync(Worktree worktree, Task lost, CancellationToken giveBack)
    {
        using var ending = new CancellationTokenSource(LongestLeaving, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(giveBack);
        var leaving = worktree.LeaveAsync(ending.Token);
        await Task.WhenAny(leaving, lost, Task.Delay(Timeout.InfiniteTimeSpan, time, waiting.Token));
        ending.CancelAfter(LastLeaving);
        await waiting.CancelAsync();
        return await leaving;
    }
}
