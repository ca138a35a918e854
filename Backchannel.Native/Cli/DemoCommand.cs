using System.CommandLine;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli;

/// <summary>Two agents hand over tasks, printed as it happens.</summary>
internal sealed class DemoCommand : Command
{
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
                // A lane of its own: on a shared bus the demo must not claim the tasks of others.
                var lane = $"demo-{surroundings.ProcessId}-{surroundings.TimeProvider.GetUtcNow():HHmmss}";
                channels.Add(lane);
                var script = new DemoScript(new DemoAgent("planner", planner, output), new DemoAgent("worker", worker, output), lane, channels, output);
                await script.HandOverAsync(stop.Token);
                var additions = planner.Client.Connection.Additions;
                if (await additions.OfferAsync(Additions.TaskLife, stop.Token) && await additions.OfferAsync(Additions.TaskNotes, stop.Token))
                {
                    await script.SteerAsync(stop.Token);
                }
                else
                {
                    output.WriteLine($"\n{MissingAddition.Sentence(planner.Client, "keeps no failures, questions and cancellations, so the demo leaves them out")}");
                }
            }
            finally
            {
                await CleanAsync(place, planner.Client, channels);
            }

            output.WriteLine(
                $"""

                One worker at a time held each task, and its poster heard how it ended, over {(settings.IsLocal ? "a private bus that ended with this demo" : settings.BaseUrl)}.
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
}
