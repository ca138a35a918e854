using System.CommandLine;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Mcp;
using Backchannel.Native.Text;

namespace Backchannel.Native.Cli;

/// <summary>Calls one tool from a shell, with the same code as over MCP, and prints the result as JSON.</summary>
internal sealed class CallCommand : Command
{
    public const string CommandName = "call";

    /// <summary>The actor of claims without a chosen label, as the help says it.</summary>
    public const string ActorOfAShell = "shell-<host>";

    private readonly Surroundings surroundings;
    private readonly CliOptions options;
    private readonly Argument<string> toolName = new("TOOL") { Description = "The tool's name, such as post_task" };

    /// <summary>The tool's schema says which parameters there are.</summary>
    private readonly Argument<string[]> parameters = new("--NAME VALUE")
    {
        Description = "The tool's own parameters, listed below. The VALUE - means the text on standard input. Write --NAME=VALUE where VALUE is a hyphen, or an option of this program such as --help",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public CallCommand(CliOptions options, Surroundings surroundings)
        : base(CommandName, "Call one tool from a shell and print its result as JSON")
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(toolName);
        Add(parameters);
        SetAction(RunAsync);
    }

    /// <summary>The tool that a command line names; all of them when it names none.</summary>
    public IReadOnlyList<Tool> ToolsFor(ParseResult parsed)
    {
        using var log = new StderrLog(surroundings.OpenError(), LogLevel.Critical, surroundings.TimeProvider);

        // The tools are described, not called: the bus does not matter, and wrong settings do no harm.
        var tools = new ToolSession(surroundings.Bind(new CommandLineValues { BaseUrl = Settings.Local }, needsHome: false), surroundings, log).Tools;
        var named = parsed.GetResult(toolName)?.Tokens is [var token, ..] ? ToolNameOf(token.Value) : null;
        return tools.FirstOrDefault(tool => tool.Name == named) is { } found ? [found] : tools;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var values = options.Read(parsed);
        var settings = surroundings.Bind(values);
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        await using var session = new ToolSession(
            settings, surroundings, log, settings.AgentLabelIsChosen ? null : ShellActor(surroundings.HostName), isDetached: true);
        var tool = FindTool(session.Tools, parsed.GetRequiredValue(toolName));
        JsonElement arguments;
        try
        {
            arguments = await CallArguments.ParseAsync(
                tool, [.. parsed.GetValue(parameters) ?? [], .. SharedOptions(tool, values)], parameter => ReadInputAsync(parameter, stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }

        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        using var error = new StreamWriter(surroundings.OpenError()) { AutoFlush = true };
        try
        {
            // A shell takes results of any size: a model is told to use it for what is too long for an answer.
            // Two messages of one call may come at once.
            var messages = TextWriter.Synchronized(error);
            var call = new ToolCall((message, _) => new ValueTask(messages.WriteLineAsync(message)), traceParent: null)
            {
                IsLast = true,
                MaxResultBytes = int.MaxValue,
            };
            var result = await tool.CallAsync(arguments, call, stop.Token);
            Print(result.Span, error);
            return ExitCode.Done;
        }
        catch (ToolException exception)
        {
            error.WriteLine(exception.Message);
            if (tool.Name == ToolHelpAction.ClaimTool)
            {
                // The bus may have made the claim although its answer was lost. It is given back, or the task would wait for its lease to end.
                await session.EndAsync();
            }

            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            error.WriteLine($"backchannel-mcp: {tool.Name} was interrupted.");
            return ExitCode.Failed;
        }
    }

    private void Print(ReadOnlySpan<byte> result, StreamWriter error)
    {
        try
        {
            using var output = surroundings.OpenOutput();
            output.Write(ReadableJson.WithoutDirections(result));
            output.Write("\n"u8);
        }
        catch (StandardStreamException exception) when (!exception.OtherSideIsGone)
        {
            // Standard error is the last resort: the result may be a claimed task, which would be held without anyone having seen it.
            error.WriteLine(Encoding.UTF8.GetString(ReadableJson.WithoutDirections(result)));
            throw;
        }
    }

    private async Task<string> ReadInputAsync(string parameter, CancellationToken cancellationToken)
    {
        if (surroundings.IsTerminal())
        {
            using var error = new StreamWriter(surroundings.OpenError());
            error.WriteLine($"Reading {parameter} from standard input; Ctrl+D on a new line ends it.");
        }

        return await CallInput.ReadAsync(surroundings.OpenInput(), parameter, cancellationToken);
    }

    private static Tool FindTool(IReadOnlyList<Tool> tools, string name)
    {
        if (tools.FirstOrDefault(tool => tool.Name == ToolNameOf(name)) is { } found)
        {
            return found;
        }

        var nearest = NearestName.Find(name, tools.Select(tool => tool.Name));
        throw new SettingsException(
            $"there is no tool '{name}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")} The tools are {string.Join(", ", tools.Select(tool => tool.Name))}.");
    }

    /// <summary>The default actor of a shell. It is the same at each call, so that one call can acknowledge what another one claimed.</summary>
    private static string ShellActor(string hostName) => $"shell-{hostName.Split('.')[0]}".TrimEnd('-');

    private static string ToolNameOf(string name) => name.Replace('-', '_');

    // --agent-label is an option of the program and a parameter of issue_key; after that tool it means the parameter.
    private static string[] SharedOptions(Tool tool, CommandLineValues values) =>
        tool.Name == "issue_key" && values.AgentLabel is { } label ? ["--agent-label", label] : [];
}
