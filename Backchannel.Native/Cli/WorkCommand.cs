using System.CommandLine;
using Backchannel.Native.Client;
using Backchannel.Native.Work;

namespace Backchannel.Native.Cli;

/// <summary>Runs a command or an agent for each task of some channels.</summary>
internal sealed class WorkCommand : Command
{
    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly WorkOptions workOptions = new();

    public WorkCommand(CliOptions options, Surroundings surroundings)
        : base("work", "Run a command or an agent for each task of a channel")
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(workOptions.Words);
        foreach (var option in workOptions.All)
        {
            Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var values = options.Read(parsed);
        if (values.BaseUrl is null && string.IsNullOrWhiteSpace(surroundings.Environment(EnvironmentVariables.BaseUrl)))
        {
            throw new SettingsException(
                "'work' runs a command for whoever posts a task, so it needs to be told which bus. Give --local for the private bus of this machine, or --base-url.");
        }

        var settings = surroundings.Bind(values);
        var order = workOptions.Read(parsed, settings, surroundings.ExecutablePath);
        await RequireUsableAsync(order);
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        using var terminal = surroundings.IsErrorTerminal() && surroundings.Environment("TERM") is not (null or "dumb")
            ? new WorkTerminal(surroundings.OpenError(), surroundings.TerminalWidth, surroundings.OwnsTerminal, surroundings.TimeProvider)
            : null;
        IWorkDisplay display = terminal is null ? new WorkLog(log, surroundings.TimeProvider) : terminal;
        foreach (var warning in settings.Warnings)
        {
            display.Warning(warning);
        }

        Action<string>? trace = log.IsEnabled(LogLevel.Debug) ? log.Debug : null;
        await using var connection = new BusConnection(
            ClientBinding.Bind(settings, surroundings.ExecutablePath, display.Warning, trace), surroundings.TimeProvider);
        var actor = settings.AgentLabelIsChosen ? settings.AgentLabel : $"work-{surroundings.HostName.Split('.')[0]}-{surroundings.ProcessId}";
        await using var export = TelemetryBinding.Bind(surroundings, display.Warning);
        await using var session = new WorkSession(order, new BackchannelClient(connection), actor, display, surroundings.TimeProvider, export?.Tracer);
        try
        {
            var unsuccessful = await session.RunAsync(stop.Token, signals.Again);
            return workOptions.IsOnce(parsed) && unsuccessful > 0 ? ExitCode.Failed : ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is WorkException or BackchannelException)
        {
            terminal?.Dispose();
            using var error = new StreamWriter(surroundings.OpenError());
            error.WriteLine($"backchannel-mcp: {exception.Message.TrimEnd('.')}.{((exception as BackchannelException)?.Advice is { } advice ? $" {advice}" : "")}");
            return ExitCode.Failed;
        }
    }

    /// <summary>Refuses before the first claim what no task could be run with.</summary>
    private async Task RequireUsableAsync(WorkOrder order)
    {
        if (!ProgramSearch.Finds(order.Command[0], order.Folder, surroundings.Environment))
        {
            throw new SettingsException($"{WhyNotFound(order)} Nothing was claimed.");
        }

        if (order.UsesWorktree)
        {
            if (order.Home is null)
            {
                throw new SettingsException("--worktree needs a home folder to make worktrees in.");
            }

            if (await Worktree.RefusalAsync(new(order.Executable, TimeProvider.System), order.Folder) is { } refusal)
            {
                throw new SettingsException(refusal);
            }
        }
    }

    private static string WhyNotFound(WorkOrder order)
    {
        var program = order.Command[0];
        var path = Path.GetFullPath(program, order.Folder);
        return order.Host is { } host
                ? $"--agent {host.Name} starts '{program}', and there is no such command in PATH. Install it, for example with: npm install --global {host.Package} and log in by starting it once."
            : !program.Contains('/', StringComparison.Ordinal) || !Path.Exists(path)
                ? $"there is no command '{program}'{(program.Contains(' ', StringComparison.Ordinal) ? "; it is started without a shell: for a line of shell write -- sh -c 'LINE'" : "")}."
            : Directory.Exists(path)
                ? $"'{program}' is a folder and no command."
                : $"'{program}' is a file that may not be executed. If it is a program, write: chmod +x {path}. If it is a script, name what runs it, as in -- sh {path}.";
    }
}
