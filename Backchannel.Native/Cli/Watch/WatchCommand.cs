using System.CommandLine;
using Backchannel.Native.Cli.Views;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli.Watch;

/// <summary>Shows channels and tasks as they change: as a screen in a terminal, elsewhere line by line.</summary>
/// <remarks>
/// Plain ANSI sequences. Measured with this project's settings on linux-x64, 2026-11-27: Spectre.Console 0.57.2 adds 0.79 MB to the file and
/// Terminal.Gui 2.5.0 5.0 MB, both without warnings.
/// </remarks>
internal sealed class WatchCommand : Command
{
    /// <summary>Two, not four: a lost connection is to be told, and this asks again by itself.</summary>
    private const int MaxAttempts = 2;

    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly Argument<string[]> channels = new("CHANNEL")
    {
        Description = "Names or ids of channels, also several between commas. Default: those that this key may see",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> json = new("--json") { Description = "Print a JSON object in a line for each task that changes, also in a terminal" };

    public WatchCommand(CliOptions options, Surroundings surroundings)
        : base("watch", "Show channels and tasks live: in a terminal with keys to open, answer, cancel and reopen; elsewhere a line for each task that changes")
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(channels);
        Add(json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] named = [.. (parsed.GetValue(channels) ?? []).SelectMany(static name => ListValue.Read("CHANNEL", name)).Distinct()];
        var isJson = parsed.GetValue(json);
        var settings = surroundings.Bind(options.Read(parsed));
        var isScreen = !isJson && surroundings.IsOutputTerminal() && surroundings.IsTerminal() && surroundings.Environment("TERM") is not (null or "dumb");
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);

        // On a screen nothing else may be written: the log would go over it.
        IWatchDisplay? display = null;
        void Warn(string text)
        {
            if (display is { } shown)
            {
                shown.Notice(text);
            }
            else
            {
                log.Warning(text);
            }
        }

        foreach (var warning in settings.Warnings)
        {
            Warn(warning);
        }

        Action<string>? trace = !isScreen && log.IsEnabled(LogLevel.Debug) ? log.Debug : null;
        var client = ClientBinding.Bind(settings, surroundings.ExecutablePath, Warn, trace) with { MaxAttempts = MaxAttempts };
        await using var connection = new BusConnection(client, surroundings.TimeProvider);
        var bus = new BusViews(new BackchannelClient(connection));
        try
        {
            using var screen = isScreen ? new WatchScreen(bus, surroundings) : null;
            display = screen ?? (IWatchDisplay)new WatchLines(surroundings.OpenOutput(), isJson, surroundings.TimeProvider, log.Warning);
            var follower = new ChangeFollower(bus, new LaneChoice(named), display, surroundings.TimeProvider);
            await follower.BeginAsync(stop.Token);
            if (screen is null)
            {
                using var error = new StreamWriter(surroundings.OpenError());
                error.WriteLine($"backchannel-mcp: watching {(named.Length == 0 ? "all channels that this key may see" : string.Join(", ", named))}; each task that changes is told in a line.");
            }

            await (screen?.RunAsync(follower, stop.Token) ?? follower.FollowAsync(stop.Token));
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (BackchannelException fault)
        {
            using var error = new StreamWriter(surroundings.OpenError());
            error.WriteLine($"backchannel-mcp: {ViewCommand.Explain(fault, client.LocalBus)}");
            return ExitCode.Failed;
        }
    }
}
