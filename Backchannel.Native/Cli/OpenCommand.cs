using System.CommandLine;
using Backchannel.Native.Cli.Views;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Open;

namespace Backchannel.Native.Cli;

/// <summary>Shows the bus's page in the user's browser until it is told to stop.</summary>
internal sealed class OpenCommand : Command
{
    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly Option<bool> noBrowser = new("--no-browser") { Description = "Start no browser; print the path of the page that leads to it" };

    public OpenCommand(CliOptions options, Surroundings surroundings)
        : base("open", "Show the page of the bus in your browser: what is stuck, who works, what came out")
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(noBrowser);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = surroundings.Bind(options.Read(parsed));
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        using var output = new StreamWriter(surroundings.OpenOutput()) { AutoFlush = true };
        using var error = new StreamWriter(surroundings.OpenError()) { AutoFlush = true };
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        Action<string>? trace = log.IsEnabled(LogLevel.Debug) ? log.Debug : null;
        var client = ClientBinding.Bind(settings, surroundings.ExecutablePath, log.Warning, trace);
        await using var connection = new BusConnection(client, surroundings.TimeProvider);
        string? entry = null;
        try
        {
            // A page would show nothing without a bus, without a key, or of a bus that offers no views; so the bus is asked first.
            await new BusViews(new BackchannelClient(connection)).LanesAsync(stop.Token);
            await using var page = await PageServer.StartAsync(connection, surroundings.TimeProvider, stop.Token);
            DeleteStaleEntries(ClientBinding.BusFolder(settings.Home));
            entry = WriteEntry(settings, page);
            var isStarted = !parsed.GetValue(noBrowser);
            output.WriteLine($"{(isStarted ? "Your browser is being started. If it shows nothing, open" : "Open")} {entry} in your browser, within {EntryToken.Lifetime.TotalSeconds:0} s.");
            output.WriteLine($"The page of {connection.BusName} is at {page.Address} until this command ends. Ctrl+C ends it.");
            await Task.WhenAll(isStarted ? ShowAsync(entry, error, stop.Token) : Task.CompletedTask, KeepAsync(entry, stop.Token));
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (BackchannelException exception)
        {
            error.WriteLine($"backchannel-mcp: {ViewCommand.Explain(exception, client.LocalBus)}");
            return ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"backchannel-mcp: the page cannot be opened: {exception.Message}");
            return ExitCode.Failed;
        }
        finally
        {
            if (entry is not null)
            {
                File.Delete(entry);
            }
        }
    }

    private Task ShowAsync(string entry, StreamWriter error, CancellationToken cancellationToken) => BrowserStart.RunAsync(
        entry,
        surroundings.Environment("BROWSER"),
        faults => error.WriteLine($"backchannel-mcp: no browser could be started: {faults}. Open {entry} yourself, or name a browser in BROWSER."),
        cancellationToken);

    /// <summary>Waits for the end; the file that leads in goes before it.</summary>
    private async Task KeepAsync(string entry, CancellationToken cancellationToken)
    {
        // Until then whoever opens it a second time is told why that leads nowhere.
        await Task.Delay(EntryToken.Lifetime, surroundings.TimeProvider, cancellationToken);
        File.Delete(entry);
        await Task.Delay(Timeout.InfiniteTimeSpan, surroundings.TimeProvider, cancellationToken);
    }

    /// <returns>The path of a new file that only the user reads.</returns>
    private static string WriteEntry(Settings settings, PageServer page)
    {
        var path = Path.Combine(ClientBinding.BusFolder(settings.Home), $"open-{new Uri(page.Address).Port}.html");
        PrivateFiles.CreateFolderOf(path);
        File.Delete(path);
        using var file = PrivateFiles.CreateNew(path);
        file.Write(EntryFile.Content(page.EntryAddress));
        return path;
    }

    /// <summary>A command that was killed left its file, which leads nowhere any more. One that cannot be deleted does no harm.</summary>
    private void DeleteStaleEntries(string folder)
    {
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "open-*.html") : [])
        {
            try
            {
                if (surroundings.TimeProvider.GetUtcNow() - File.GetLastWriteTimeUtc(file) > EntryToken.Lifetime && FileStatus.StrangerAt(file) is null)
                {
                    File.Delete(file);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
            }
        }
    }
}
