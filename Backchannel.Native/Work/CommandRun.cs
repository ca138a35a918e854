using System.ComponentModel;
using System.Globalization;
using System.Text;
using Backchannel.Native.Text;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>One run of the command: its end, and what that means for the task.</summary>
internal sealed class CommandRun : IDisposable
{
    /// <summary>In which an agent host's answer is looked for.</summary>
    private const int AnswerBytes = 2 * 1024 * 1024;

    private const int ErrorBytes = 2_000;

    /// <summary>Room for what happened in a reason, before what the command said.</summary>
    private const int CauseLength = 300;

    /// <summary>Room for notes behind it.</summary>
    private const int NotesLength = 200;

    /// <summary>EX_TEMPFAIL: try again later.</summary>
    private const int TemporaryFailure = 75;

    /// <summary>Exit code of a shell.</summary>
    private const int ProgramNotFound = 127;

    /// <inheritdoc cref="ProgramNotFound"/>
    private const int ProgramNotExecutable = 126;

    /// <summary>Between SIGTERM and SIGKILL.</summary>
    private static readonly TimeSpan TermTime = TimeSpan.FromSeconds(10);

    /// <summary>The same where the task is no longer this runner's: another may begin it now.</summary>
    private static readonly TimeSpan LossTermTime = TimeSpan.FromSeconds(2);

    private readonly WorkOrder order;
    private readonly HeldLease lease;
    private readonly RunFolder folder;
    private readonly TimeProvider time;
    private readonly OutputSpool spool;
    private readonly CommandOutput output;
    private readonly CommandOutput error;

    /// <param name="from">Who posted the task, cleaned.</param>
    public CommandRun(WorkOrder order, HeldLease lease, string from, RunFolder folder, TimeProvider time)
    {
        (this.order, this.lease, this.folder, this.time) = (order, lease, folder, time);
        From = from;
        spool = new(folder.MakeUnnamed("output.0"), folder.MakeUnnamed("output.1"), Limits.MaxFileBytes);
        output = new(order.Host is null ? Limits.MaxContentBytes : AnswerBytes, spool, time);
        error = new(ErrorBytes, spool: null, time);
    }

    private enum Ending
    {
        Exit,
        LeaseLost,
        TimedOut,
        RunnerEnds,
    }

    public string From { get; }

    /// <summary>Whether the command has been started. From then on a fault may be its doing.</summary>
    public bool HasRun { get; private set; }

    public int Attempt => (lease.Task?.Attempts?.Count ?? 0) + (lease.Task?.AttemptsLeftOut ?? 0) + 1;

    /// <summary>The last line that the command printed; of an agent host on standard error only, because its output is JSON.</summary>
    public string? LastLine => order.Host is not null || error.LastAt > output.LastAt ? error.LastLine() ?? (order.Host is null ? output.LastLine() : null) : output.LastLine();

    /// <param name="received">Paths of the task's files, all in one folder.</param>
    /// <param name="last">Run after the command, for what they add to the result.</param>
    /// <param name="lost">Completes when the task is not this runner's any more.</param>
    /// <param name="loss">Then says why.</param>
    public async Task<RunOutcome> RunAsync(
        string workingFolder, IReadOnlyList<string> received, IReadOnlyList<Func<Task<string>>> last, Task lost, Func<string> loss, CancellationToken giveBack)
    {
        var input = new CommandInput(order, lease, From, folder, received);
        GuardedCommand command;
        try
        {
            command = await GuardedCommand.StartAsync(
                order.Executable,
                CommandLine.With(order.Command, lease.Message.Content),
                workingFolder,
                input.MakeEnvironment(Attempt),
                input.Write(),
                folder.GuardianStatus);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException)
        {
            return RunOutcome.GivenBack(string.Join(". ", [$"the command cannot be started: {fault.Message}", .. await DoAsync(last)]));
        }

        using (command)
        {
            HasRun = true;
            var exit = command.WaitAsync(time);
            var reading = Task.WhenAll(output.ReadAsync(command.Output, exit), error.ReadAsync(command.Error, exit));
            var ending = await WaitAsync(exit, lost, giveBack);
            if (ending != Ending.Exit)
            {
                await command.EndAsync(exit, ending == Ending.LeaseLost ? LossTermTime : TermTime, time);
            }

            var end = await exit;
            await reading;
            var notes = await DoAsync(last);
            return ending switch
            {
                Ending.LeaseLost => new(RunOutcomeKind.Lost, string.Join(". ", [loss(), .. notes])),
                Ending.RunnerEnds => RunOutcome.GivenBack(string.Join(". ", ["the runner ends", .. notes])),
                Ending.TimedOut => RunOutcome.Failed(Explain($"The command was told to end after {order.Timeout!.Value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s, its time limit.", notes)),
                _ => OfEnd(end, notes),
            };
        }
    }

    public void Dispose() => spool.Dispose();

    private static async Task<List<string>> DoAsync(IReadOnlyList<Func<Task<string>>> last)
    {
        var notes = new List<string>();
        foreach (var step in last)
        {
            notes.Add(await step());
        }

        return notes;
    }

    private async Task<Ending> WaitAsync(Task exit, Task lost, CancellationToken giveBack)
    {
        using var over = new CancellationTokenSource();
        var limit = Task.Delay(order.Timeout ?? Timeout.InfiniteTimeSpan, time, over.Token);
        var told = Task.Delay(Timeout.InfiniteTimeSpan, time, giveBack);
        var first = await Task.WhenAny(exit, lost, limit, told);
        await over.CancelAsync();
        return first == exit ? Ending.Exit : first == lost ? Ending.LeaseLost : first == limit ? Ending.TimedOut : Ending.RunnerEnds;
    }

    private RunOutcome OfEnd(CommandEnd end, List<string> notes)
    {
        var answer = order.Host is null ? null : AgentAnswer.Read(output.Last());
        var code = end.Code.ToString(CultureInfo.InvariantCulture);
        return end switch
        {
            // Every other task would fail in the same way.
            (CommandEndKind.NotStarted, _) => RunOutcome.GivenBack(Explain("The command cannot be started.", notes)),
            (CommandEndKind.Unguarded, _) => RunOutcome.ToRetry(Explain("The process that guards the command was killed, so the command was ended.", notes)),
            (CommandEndKind.Signal, _) => RunOutcome.ToRetry(Explain(answer?.Fault ?? $"The command was ended by signal {code}.", notes)),
            _ when order.Host is not null && AgentHost.NeedsLogin(answer?.Fault ?? (end.Code == 0 ? "" : Said(error))) =>
                Missing("The agent says that nobody is logged in.", notes, answer?.Fault),
            (_, 0) when answer?.Fault is { } fault => Failed(answer, Explain(StandardReason.AgentFailure + fault, notes)),

            // What it said on the way is no result, and its JSON has more in it than the poster should get.
            (_, 0) when answer is { Text: null } or { IsLast: false } =>
                RunOutcome.ToRetry(Explain("The agent ended without an answer in the JSON that it was asked for. Options behind -- must not ask it for another format.", notes)),
            (_, 0) => RunResult.Of(output, spool, answer, folder, notes),
            (_, TemporaryFailure) => RunOutcome.ToRetry(Explain("The command asks to be run again later (exit code 75).", notes)),

            // A shell says so when a program is missing, and a task can make a command say so.
            (_, ProgramNotFound) => Missing($"{StandardReason.ExitCode}127: a program that it needs was not found.", notes),
            (_, ProgramNotExecutable) => Missing($"{StandardReason.ExitCode}126: a program that it needs cannot be executed.", notes),
            _ => Failed(answer, Explain(answer?.Fault ?? $"{StandardReason.ExitCode}{code}.", notes)),
        };
    }

    private static RunOutcome Failed(AgentAnswer? answer, string reason) => answer is { MayPass: true } ? RunOutcome.ToRetry(reason) : RunOutcome.Failed(reason);

    private RunOutcome Missing(string what, List<string> notes, string? reason = null) =>
        RunOutcome.ToRetry(Explain(reason is null ? what : $"{what} {reason}", notes)) with { MissesProgram = true };

    /// <summary>A reason with the end of standard error and of the output.</summary>
    /// <param name="notes">What must not be lost of it, such as the branch.</param>
    private string Explain(string what, List<string> notes)
    {
        what = string.Join(' ', [notes.Count == 0 ? what : WholeCharacters.Start(what, CauseLength), .. notes]);
        var said = Said(TaskReport.MaxReasonLength - Math.Min(what.Length, CauseLength + NotesLength) - 1);
        return said.Length == 0 ? what : $"{what} {said}";
    }

    /// <summary>The end of both streams: many compilers and test runners write to the output what is wrong. That of an agent is its JSON.</summary>
    private string Said(int bytes)
    {
        const string Between = " The output ended with: ";
        var (errors, printed) = (Said(error), order.Host is null ? Said(output) : "");
        if (errors.Length == 0 || printed.Length == 0)
        {
            return Cut(errors + printed, bytes);
        }

        bytes -= Between.Length;
        printed = Cut(printed, Math.Max(bytes / 2, bytes - Encoding.UTF8.GetByteCount(errors)));
        return $"{Cut(errors, bytes - Encoding.UTF8.GetByteCount(printed))}{Between}{printed}";
    }

    private static string Cut(string text, int bytes) =>
        Encoding.UTF8.GetByteCount(text) <= bytes ? text : $"…{RunResult.End(text, bytes - "…"u8.Length)}";

    private static string Said(CommandOutput stream)
    {
        var lines = RunResult.Readable(stream.Last(), out _).Split('\n').Select(static line => ShownText.Clean(line, ErrorBytes)).Where(static line => line.Length > 0);
        return string.Join('\n', lines);
    }
}
