using System.CommandLine;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Two agents hand over a task, printed as it happens: a post, a claim, an ack with a result, an await.</summary>
internal sealed class DemoCommand : Command
{
    private const string Task = "Read src/parser.c and list what could crash.";
    private const string Result = "Line 40: a length from the file is used without a check.";

    private readonly Surroundings _surroundings;
    private readonly CliOptions _options;

    public DemoCommand(CliOptions options, Surroundings surroundings)
        : base("demo", "Let two agents hand over a task on the local bus, and print each step")
    {
        _options = options;
        _surroundings = surroundings;
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var values = _options.Read(parsed);
        var settings = _surroundings.Bind(values with { BaseUrl = values.BaseUrl ?? Settings.Local });
        using var log = new StderrLog(_surroundings.OpenError(), settings.LogLevel, _surroundings.TimeProvider);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        await using var output = TextWriter.Synchronized(new StreamWriter(_surroundings.OpenOutput()) { AutoFlush = true });
        await using var planner = new ToolSession(settings with { AgentLabel = "planner" }, _surroundings, log);
        await using var worker = new ToolSession(settings with { AgentLabel = "worker" }, _surroundings, log);
        try
        {
            await HandOverAsync(new Agent("planner", planner, output), new Agent("worker", worker, output), stop.Token);
            output.WriteLine($"\nThe task went to one worker and its result came back, over {settings.BaseUrl}.");
            return ExitCode.Done;
        }
        catch (ToolException exception)
        {
            output.WriteLine(exception.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
    }

    private async Task HandOverAsync(Agent planner, Agent worker, CancellationToken cancellationToken)
    {
        // A lane of its own: what other agents of this user left on a shared one is none of the demo's business.
        var lane = $"demo-{_surroundings.ProcessId}-{_surroundings.TimeProvider.GetUtcNow():HHmmss}";
        var posted = await planner.CallAsync("post_task", [("channel", lane), ("content", Task)], cancellationToken);
        var messageId = posted.GetProperty("message_id"u8).GetString()!;
        var waiting = planner.CallAsync("await_result", [("channel", lane), ("message_id", messageId)], cancellationToken);
        await worker.CallAsync("claim_task", [("channel", lane)], cancellationToken);
        await worker.CallAsync("ack_task", [("message_id", messageId), ("result", Result)], cancellationToken);
        await waiting;
    }

    /// <summary>One of the two, saying what it does.</summary>
    private sealed class Agent(string name, ToolSession session, TextWriter output)
    {
        public async Task<JsonElement> CallAsync(
            string toolName, IReadOnlyList<(string Name, string Value)> arguments, CancellationToken cancellationToken)
        {
            var tool = session.Tools.Single(tool => tool.Name == toolName);
            string[] tokens = [.. arguments.SelectMany(argument => (string[])[$"--{argument.Name}", argument.Value])];
            var shown = string.Join(' ', arguments.Select(argument => $"{argument.Name}={argument.Value}"));
            output.WriteLine($"{name,-8} → {toolName} {shown}");

            var call = new ToolCall((message, _) => SayAsync($"{name,-8}   … {message}"), traceParent: null);
            var result = await tool.CallAsync(CallArguments.Parse(tool, tokens), call, cancellationToken);
            output.WriteLine($"{name,-8} ← {Encoding.UTF8.GetString(result.Span)}");
            using var document = JsonDocument.Parse(result);
            return document.RootElement.Clone();
        }

        private ValueTask SayAsync(string line) => new(output.WriteLineAsync(line));
    }
}
