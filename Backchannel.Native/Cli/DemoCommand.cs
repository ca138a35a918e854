using System.CommandLine;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli;

/// <summary>Two agents hand over a task, printed as it happens: a post, a claim, an ack with a result, an await.</summary>
internal sealed class DemoCommand : Command
{
    private const string Task = "Read src/parser.c and list what could crash.";
    private const string Result = "Line 40: a length from the file is used without a check.";

    private static readonly TimeSpan CleaningTime = TimeSpan.FromSeconds(5);

    private readonly Surroundings surroundings;
    private readonly CliOptions options;

    public DemoCommand(CliOptions options, Surroundings surroundings)
        : base("demo", "Let two agents hand over a task and print each step, on a bus of its own unless --base-url gives an address")
    {
        this.options = options;
        this.surroundings = surroundings;
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var values = options.Read(parsed);
        var settings = surroundings.Bind(values with { BaseUrl = values.BaseUrl ?? Settings.Local });
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        await using var output = TextWriter.Synchronized(new StreamWriter(surroundings.OpenOutput()) { AutoFlush = true });
        await using var place = await DemoPlace.PrepareAsync(settings, surroundings, stop.Token);
        await using var planner = new ToolSession(place.Settings with { AgentLabel = "planner" }, surroundings, log, "planner");
        await using var worker = new ToolSession(place.Settings with { AgentLabel = "worker" }, surroundings, log, "worker");
        try
        {
            List<string> channels = [];
            try
            {
                await HandOverAsync(new Agent("planner", planner, output), new Agent("worker", worker, output), channels, stop.Token);
            }
            finally
            {
                await CleanAsync(place, planner.Client, channels);
            }

            output.WriteLine(
                $"""

                The task went to one worker and its result came back, over {(settings.IsLocal ? "a private bus that ended with this demo" : settings.BaseUrl)}.
                Each → is one tool call, as a model makes it. By hand: backchannel-mcp call --help
                """);
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

    private async Task CleanAsync(DemoPlace place, BackchannelClient bus, List<string> channels)
    {
        // An interrupted demo cleans up too, within a time limit.
        using var patience = new CancellationTokenSource(CleaningTime, surroundings.TimeProvider);
        try
        {
            await place.CleanAsync(bus, channels, patience.Token);
        }
        catch (Exception exception) when (exception is BackchannelException or OperationCanceledException)
        {
            // An earlier failure is already reported, and a bus that cannot be reached cannot be cleaned up.
        }
    }

    private async Task HandOverAsync(Agent planner, Agent worker, List<string> channels, CancellationToken cancellationToken)
    {
        // A lane of its own: on a shared bus the demo must not claim the tasks of others.
        var lane = $"demo-{surroundings.ProcessId}-{surroundings.TimeProvider.GetUtcNow():HHmmss}";
        channels.Add(lane);
        var posted = await planner.CallAsync("post_task", [("channel", lane), ("content", Task)], cancellationToken);
        var messageId = posted.GetProperty("message_id"u8).GetString()!;
        channels.Add(ResultChannel.NameFor(messageId));
        // Claim and ack must name the same actor, as they must for workers in two processes.
        var waiting = planner.CallAsync("await_result", [("channel", lane), ("message_id", messageId)], cancellationToken);
        await worker.CallAsync("claim_task", [("channel", lane), ("actor", "worker")], cancellationToken);
        await worker.CallAsync("ack_task", [("message_id", messageId), ("actor", "worker"), ("result", Result)], cancellationToken);
        await waiting;
    }

    /// <summary>One of the two agents; prints each of its calls.</summary>
    private sealed class Agent(string name, ToolSession session, TextWriter output)
    {
        /// <summary>The members of an answer that are printed, and the names they are printed under.</summary>
        private static readonly (string Name, string[] Path)[] PrintedMembers =
        [
            ("message_id", ["message_id"]), ("content", ["content"]), ("from", ["from", "label"]), ("lease_expires_at", ["lease_expires_at"]),
            ("status", ["status"]), ("acknowledged_by", ["acknowledged_by"]), ("result", ["result", "content"]),
        ];

        public async Task<JsonElement> CallAsync(
            string toolName, IReadOnlyList<(string Name, string Value)> arguments, CancellationToken cancellationToken)
        {
            var tool = session.Tools.Single(tool => tool.Name == toolName);
            string[] tokens = [.. arguments.Select(argument => $"--{argument.Name}={argument.Value}")];
            output.WriteLine(Line('→', toolName, arguments));

            var call = new ToolCall((message, _) => new(output.WriteLineAsync(Line('…', toolName, [("", message)]))), traceParent: null);
            var parameters = await CallArguments.ParseAsync(tool, tokens, static _ => throw new NotSupportedException());
            var result = await tool.CallAsync(parameters, call, cancellationToken);
            using var document = JsonDocument.Parse(result);
            var answer = document.RootElement.Clone();
            output.WriteLine(Line('←', toolName, PrintedMembers.Select(member => (member.Name, At(answer, member.Path))).Where(member => member.Item2.Length > 0)));
            return answer;
        }

        private string Line(char direction, string toolName, IEnumerable<(string Name, string Value)> members) =>
            $"{name,-8} {direction} {toolName,-13} {string.Join("  ", members.Select(Shown))}";

        private static string Shown((string Name, string Value) member) =>
            member.Name.Length == 0 ? member.Value
            : member.Value.Contains(' ', StringComparison.Ordinal) ? $"{member.Name}=\"{member.Value}\""
            : $"{member.Name}={member.Value}";

        private static string At(JsonElement answer, string[] path)
        {
            foreach (var step in path)
            {
                if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(step, out answer))
                {
                    return "";
                }
            }

            return answer.GetString() ?? "";
        }
    }
}
