using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus;
using Backchannel.Native.Client;
using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Cli;

/// <summary>Runs a bus until it is told to stop; in the background also until it has been idle for a while.</summary>
internal sealed class ServeCommand : Command
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(15);

    private readonly Surroundings surroundings;
    private readonly CliOptions options;
    private readonly ServeOptions serveOptions = new();

    public ServeCommand(CliOptions options, Surroundings surroundings)
        : base("serve", "Run a bus: the Backchannel v1 HTTP API on an address of this machine or a Unix socket")
    {
        this.options = options;
        this.surroundings = surroundings;
        foreach (var option in serveOptions.All)
        {
            Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (serveOptions.FileToCompact(parsed) is { } file)
        {
            using var interrupted = new StopSignals();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupted.Token, cancellationToken);
            return await new CompactAction(file, surroundings).RunAsync(either.Token);
        }

        var background = serveOptions.IsBackground(parsed);
        if (background && !serveOptions.IsDetached(parsed) && !OperatingSystem.IsWindows())
        {
            return Detach(parsed);
        }

        // To a bus the base URL is the address told to clients. The warnings about a client's base URL do not apply.
        var values = options.Read(parsed);
        var settings = surroundings.Bind(values with { BaseUrl = Settings.Local }, needsHome: !serveOptions.NamesDatabase(parsed, surroundings.Environment));
        var busOptions = serveOptions.Bind(parsed, surroundings, settings.Home, values.BaseUrl);
        busOptions = busOptions with { LogRequests = busOptions.LogRequests && settings.LogLevel <= LogLevel.Info };
        if (background)
        {
            BackgroundProcess.LeaveInheritedDescriptors();
        }

        using var log = new StderrLog(background ? BackgroundLog.Open(busOptions) : surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        // The private bus does not depend on which session starts it.
        busOptions = background ? busOptions : busOptions with { Otlp = OtlpSettings.Read(surroundings.Environment, "backchannel-bus", ProductVersion.Text, log.Warning) };
        SocketThreads.HandleWhatArrives();
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        BusServer bus;
        try
        {
            // On another thread, so that the program can be stopped while the file system hangs.
            bus = await Task.Run(() => BusServer.StartAsync(busOptions, surroundings.TimeProvider, log.Info, log.Error, stop.Token), stop.Token).WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageException or UnusableDatabaseException
            or InvalidOperationException or SocketException or CryptographicException)
        {
            var fault = background ? StartFault.OfLocalBus(exception, busOptions) : StartFault.Of(exception, busOptions);
            using var error = new StreamWriter(surroundings.OpenError());
            error.WriteLine($"backchannel-mcp: the bus cannot start: {fault.Cause}{(background || fault.Advice is null ? "" : $" {fault.Advice}")}");
            if (background)
            {
                // Only the session that started the bus reads standard error; later readers have the log.
                log.Error($"the bus cannot start: {fault.Cause}");
                if (fault.Advice is { } advice)
                {
                    error.WriteLine(LocalBus.AdviceMark + advice);
                }
            }

            return ExitCode.Failed;
        }

        await using (bus)
        {
            log.Info($"data in {busOptions.DatabasePath}");
            if (busOptions is { SocketPath: null, Tls: null } && !IPAddress.IsLoopback(busOptions.Listen.Address))
            {
                log.Warning("other machines reach this bus without TLS: keys travel unencrypted. Put a proxy with TLS in front, or give --tls-cert and --tls-key");
            }

            Announce(bus, log);
            if (background)
            {
                BackgroundProcess.LeaveStandardStreams();
            }

            var end = background
                ? await Task.WhenAny(bus.Connections.WaitUntilIdleAsync(IdleLimit, stop.Token), bus.WaitUntilFilesGoneAsync(stop.Token))
                : Task.Delay(Timeout.InfiniteTimeSpan, surroundings.TimeProvider, stop.Token);
            await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            log.Info("stopping");
            await bus.StopAsync();
        }

        return ExitCode.Done;
    }

    /// <summary>Leaves the work to a process without a parent. Both are in a process group of their own, by which the starter ends a bus that never listens.</summary>
    private int Detach(ParseResult parsed)
    {
        BackgroundProcess.LeaveSession();
        try
        {
            BackgroundProcess.StartAgain(surroundings.ExecutablePath, [.. parsed.Tokens.Select(static token => token.Value), ServeOptions.DetachedName]);
            return ExitCode.Done;
        }
        catch (Win32Exception exception)
        {
            using var error = new StreamWriter(surroundings.OpenError());
            error.WriteLine($"backchannel-mcp: the bus cannot start: {surroundings.ExecutablePath}: {exception.Message}");
            return ExitCode.Failed;
        }
    }

    // The starter reads this line and then connects.
    private void Announce(BusServer bus, StderrLog log)
    {
        var line = $"listening on {bus.Address}";
        try
        {
            using var output = surroundings.OpenOutput();
            output.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (StandardStreamException exception)
        {
            log.Warning($"{exception.Message}. The bus runs nevertheless: {line}");
        }
    }
}
