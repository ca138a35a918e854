using System.CommandLine;
using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>One tool from a shell, by the same code as over MCP: the result as JSON on standard output.</summary>
internal sealed class CallCommand : Command
{
    private readonly Surroundings _surroundings;
    private readonly CliOptions _options;
    private readonly Argument<string> _tool = new("TOOL") { Description = "The tool's name, such as post_task" };

    public CallCommand(CliOptions options, Surroundings surroundings)
        : base("call", "Call one tool from a shell and print its result as JSON; the parameters follow as --NAME VALUE")
    {
        _options = options;
        _surroundings = surroundings;
        Add(_tool);

        // The tool's own parameters; which there are is the tool's to say.
        TreatUnmatchedTokensAsErrors = false;
        SetAction(RunAsync);
    }

    /// <summary>The tool that a command line names; all of them when it names none.</summary>
    public IReadOnlyList<Tool> ToolsFor(ParseResult parsed)
    {
        using var log = new StderrLog(_surroundings.OpenError(), LogLevel.Critical, _surroundings.TimeProvider);

        // Only described, never called: which bus does not matter, nor whether the settings are right.
        var tools = new ToolSession(_surroundings.Bind(new CommandLineValues { BaseUrl = Settings.Local }), _surroundings, log).Tools;
        var named = parsed.GetResult(_tool)?.Tokens is [var token, ..] ? Normal(token.Value) : null;
        return tools.FirstOrDefault(tool => tool.Name == named) is { } found ? [found] : tools;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var values = _options.Read(parsed);
        var settings = _surroundings.Bind(values);
        using var log = new StderrLog(_surroundings.OpenError(), settings.LogLevel, _surroundings.TimeProvider);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        await using var session = new ToolSession(settings, _surroundings, log);
        var tool = FindTool(session.Tools, parsed.GetRequiredValue(_tool));
        var arguments = CallArguments.Parse(tool, [.. parsed.UnmatchedTokens, .. SharedOptions(tool, values)]);
        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        using var error = new StreamWriter(_surroundings.OpenError()) { AutoFlush = true };
        if (!settings.AgentLabelIsChosen && ActsAsSomebody(tool, arguments))
        {
            error.WriteLine($"The actor is '{settings.AgentLabel}', and at the next call from a shell it is another one: name one with --actor, the same at claim_task and ack_task.");
        }

        try
        {
            // A shell takes what is too long for a model, and is where a model is sent for it.
            var call = new ToolCall((message, _) => new ValueTask(error.WriteLineAsync(message)), traceParent: null)
            {
                MaxResultBytes = int.MaxValue,
            };
            var result = await tool.CallAsync(arguments, call, stop.Token);
            await using var output = _surroundings.OpenOutput();
            output.Write(result.Span);
            output.Write("\n"u8);
            return ExitCode.Done;
        }
        catch (ToolException exception)
        {
            error.WriteLine(exception.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            error.WriteLine($"backchannel-mcp: {tool.Name} was interrupted.");
            return ExitCode.Failed;
        }
    }

    private static Tool FindTool(IReadOnlyList<Tool> tools, string name)
    {
        if (tools.FirstOrDefault(tool => tool.Name == Normal(name)) is { } found)
        {
            return found;
        }

        var nearest = NearestName.Find(name, tools.Select(tool => tool.Name));
        throw new SettingsException(
            $"there is no tool '{name}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")} The tools are {string.Join(", ", tools.Select(tool => tool.Name))}.");
    }

    /// <summary>Whether the tool works under an actor's name that was not given: this process's own, which ends with it.</summary>
    private static bool ActsAsSomebody(Tool tool, JsonElement arguments)
    {
        using var schema = JsonDocument.Parse(tool.InputSchema.ToArray());
        return schema.RootElement.GetProperty("properties"u8).TryGetProperty("actor"u8, out _) && !arguments.TryGetProperty("actor"u8, out _);
    }

    private static string Normal(string name) => name.Replace('-', '_');

    // --agent-label is an option of the program and a parameter of issue_key; typed behind that tool it means the parameter.
    private static string[] SharedOptions(Tool tool, CommandLineValues values) =>
        tool.Name == "issue_key" && values.AgentLabel is { } label ? ["--agent-label", label] : [];
}
