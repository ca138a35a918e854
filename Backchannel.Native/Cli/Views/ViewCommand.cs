using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Cli.Doctor;
using Backchannel.Native.Client;
using Backchannel.Native.Text;

namespace Backchannel.Native.Cli.Views;

/// <summary>A command that shows a person, or a program, how the bus stands, and ends.</summary>
internal abstract class ViewCommand : Command
{
    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly Option<bool> json = new("--json") { Description = "Print JSON for programs instead, with exact times" };

    protected ViewCommand(string name, string description, CliOptions options, Surroundings surroundings)
        : base(name, description)
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(json);
        SetAction(RunAsync);
    }

    /// <param name="Columns">Width of the terminal; null: none.</param>
    protected sealed record View(BusViews Bus, TextWriter Output, ShownTime Time, int? Columns, bool IsJson)
    {
        /// <summary>A line that programs read, and that is safe on a terminal.</summary>
        public void WriteJson(ReadOnlyMemory<byte> json) => Output.WriteLine(Encoding.UTF8.GetString(ReadableJson.WithoutDirections(json.Span)));

        public void WriteJson<T>(T value, JsonTypeInfo<T> type) => WriteJson(ReadableJson.Write(value, type));
    }

    /// <summary>Asks the bus and prints.</summary>
    protected abstract Task ShowAsync(ParseResult parsed, View view, CancellationToken cancellationToken);

    /// <summary>What cannot be shown, in one line, with what to do.</summary>
    public static string Explain(BackchannelException fault, LocalBusOptions? local) =>
        fault.Advice is null && fault.Status is null or >= 429 ? $"{fault.Explanation} {BusAdvice.For(fault, local)}".TrimEnd() : fault.Explanation;

    protected static void WriteLines(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = surroundings.Bind(options.Read(parsed));
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        Action<string>? trace = log.IsEnabled(LogLevel.Debug) ? log.Debug : null;
        var client = ClientBinding.Bind(settings, surroundings.ExecutablePath, log.Warning, trace);
        await using var connection = new BusConnection(client, surroundings.TimeProvider);
        var isTerminal = surroundings.IsOutputTerminal();
        using var output = new StreamWriter(surroundings.OpenOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var view = new View(
            new BusViews(new BackchannelClient(connection)),
            output,
            new ShownTime(surroundings.TimeProvider, isTerminal),
            isTerminal ? surroundings.ScreenSize().Columns : null,
            parsed.GetValue(json));
        try
        {
            await ShowAsync(parsed, view, stop.Token);
            await output.FlushAsync(CancellationToken.None);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
        catch (BackchannelException fault)
        {
            using var error = new StreamWriter(surroundings.OpenError());
            error.WriteLine($"backchannel-mcp: {Explain(fault, client.LocalBus)}");
            return ExitCode.Failed;
        }
    }
}
