using System.CommandLine;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Cli.Doctor;
using Backchannel.Native.Text;

namespace Backchannel.Native.Cli;

/// <summary>Prints what a session would use and whether it works, one line for each check.</summary>
internal sealed class DoctorCommand : Command
{
    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly Option<bool> json = new("--json") { Description = "Print one JSON object instead" };

    public DoctorCommand(CliOptions options, Surroundings surroundings)
        : base("doctor", "Check the settings, the bus, the key and the clock")
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = surroundings.Bind(options.Read(parsed));
        var asJson = parsed.GetValue(json);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        await using var output = new StreamWriter(surroundings.OpenOutput()) { AutoFlush = true };
        var findings = new List<Finding>();
        try
        {
            await foreach (var finding in new Examination(settings, surroundings).RunAsync(stop.Token))
            {
                findings.Add(finding);
                if (!asJson)
                {
                    await output.WriteLineAsync(Line(finding));
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }

        var isWell = findings.All(finding => finding.Status != Finding.Failed);
        if (asJson)
        {
            var report = new DoctorReport(isWell, ProductVersion.Text, findings);
            var bytes = ReadableJson.Write(writer => JsonSerializer.Serialize(writer, report, DoctorJsonContext.Default.DoctorReport), isIndented: true);
            await output.WriteLineAsync(Encoding.UTF8.GetString(ReadableJson.WithoutDirections(bytes.Span)));
        }

        return isWell ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Line(Finding finding)
    {
        var line = $"{finding.Status,-7} {finding.Check,-9} {finding.Text}";
        return finding.Next is { } next ? $"{line}\n{"",-17} → {next}" : line;
    }
}
