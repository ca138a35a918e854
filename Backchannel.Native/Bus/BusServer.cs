using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Bus.Webhooks;
using Backchannel.Native.Telemetry;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Backchannel.Native.Bus;

/// <summary>A running bus: the Backchannel HTTP API over one database.</summary>
internal sealed class BusServer : IAsyncDisposable
{
    private static readonly TimeSpan SilenceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly BusOptions options;
    private readonly KestrelServer web;
    private readonly BusApplication application;
    private readonly BusDatabase database;
    private readonly Signals signals;
    private readonly FileWatch watch;
    private readonly IReadOnlyList<IAsyncDisposable> maintenance;
    private readonly CancellationTokenSource stopping;
    private readonly SocketFile? socket;
    private bool stopped;

    private BusServer(
        BusOptions options,
        KestrelServer web,
        BusApplication application,
        BusDatabase database,
        Signals signals,
        OpenConnections connections,
        FileWatch watch,
        IReadOnlyList<IAsyncDisposable> maintenance,
        CancellationTokenSource stopping,
        SocketFile? socket)
    {
        this.options = options;
        this.web = web;
        this.application = application;
        this.database = database;
        this.signals = signals;
        this.watch = watch;
        this.maintenance = maintenance;
        this.stopping = stopping;
        this.socket = socket;
        Connections = connections;
        Address = options.SocketPath is { } path
            ? $"unix:{path}"
            : web.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        if (options.Tls is not null)
        {
            Address = Address.Replace("http://", "https://", StringComparison.Ordinal);
        }
    }

    /// <summary><c>http://127.0.0.1:PORT</c> or <c>unix:PATH</c>.</summary>
    public string Address { get; }

    /// <summary>The open connections. A bus in the background ends when there was none for long enough.</summary>
    public OpenConnections Connections { get; }

    /// <summary>Completes when the database files or the socket were removed or replaced: no client can use the bus any more.</summary>
    public async Task WaitUntilFilesGoneAsync(CancellationToken cancellationToken)
    {
        var fault = database.State.Fault;
        if (await Task.WhenAny(fault, watch.FilesGone).WaitAsync(cancellationToken) != fault || fault.Result.IsRemoval)
        {
            return;
        }

        // A damaged database keeps the bus running, with 503 for everyone, until its files are moved away.
        await watch.FilesGone.WaitAsync(cancellationToken);
    }

    /// <inheritdoc cref="StartAsync(BusOptions, TimeProvider, Action{string}, Action{string}, CancellationToken)"/>
    public static Task<BusServer> StartAsync(BusOptions options, TimeProvider timeProvider, Action<string> log, CancellationToken cancellationToken) =>
        StartAsync(options, timeProvider, log, log, cancellationToken);

    /// <summary>Opens the database and listens.</summary>
    /// <param name="log">Takes one line of the log, without its line end.</param>
    /// <param name="logError">Takes a line about something that the operator has to look at.</param>
    /// <exception cref="StorageException">The database cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The database was written by a newer program, or belongs to another one.</exception>
    /// <exception cref="IOException">The address is in use, or the socket or the database belongs to a living bus.</exception>
    public static async Task<BusServer> StartAsync(
        BusOptions options,
        TimeProvider machine,
        Action<string> log,
        Action<string> logError,
        CancellationToken cancellationToken)
    {
        var timeProvider = new SharedClock(machine);
        var busLog = new BusLog(log, logError, timeProvider);
        var socket = options.SocketPath is { } path ? new SocketFile(path) : null;
        socket?.Prepare();
        var signals = new Signals(options.LongPollMaxWaiters);
        var changes = new ChangeLog(timeProvider);
        var claimQueue = new ClaimQueue(timeProvider, channel => changes.Note(Change.OfPeople(channel)));
        var workers = new WorkerSessions(timeProvider);
        var neighbours = new BusNeighbours(signals, changes, claimQueue, workers, busLog);
        var database = await OpenDatabaseAsync(options, timeProvider, Announce, neighbours, busLog, cancellationToken);
        var stopping = new CancellationTokenSource();
        var connections = new OpenConnections(timeProvider);
        var keyRing = neighbours.Keys = new KeyRing(database, timeProvider);
        try
        {
            var gate = KestrelSetup.BuildGate(options, timeProvider, busLog);
            var web = KestrelSetup.Build(options, connections, gate, socket, timeProvider);
            var underWay = new UploadsUnderWay(options, database.IsShared);
            var uploads = new FileUploads(options, database, underWay);
            var counters = new RequestCounters();
            var metrics = new BusMetrics(database, counters, workers);
            var export = options.Otlp is { } otlp ? new TelemetryExport(otlp, busLog.CollectorAway, timeProvider, metrics.ReadAsync) : null;
            var application = BusComposition.Build(
                options, timeProvider, database, keyRing, workers, signals, changes, claimQueue, uploads, counters, metrics, export?.Tracer, busLog, stopping.Token);
            await web.StartAsync(new KestrelApplication(application), cancellationToken);
            var watch = new FileWatch(database, options.SocketPath is { } listening ? new WatchedFile(listening) : null, busLog);
            var files = new FileSweep(database, underWay, timeProvider);
            IAsyncDisposable[] maintenance =
            [
                new MaintenanceLoop(new LeaseSweep(database, timeProvider), options.LeaseSweepInterval, timeProvider, busLog),
                new MaintenanceLoop(new TaskSweep(database, timeProvider), options.LeaseSweepInterval, timeProvider, busLog),
                // Not at the start: what it removes is lost, and the clock of a machine that has just started may be wrong.
                new MaintenanceLoop(new(new ExpirySweep(database, timeProvider), options.ExpiryInterval), timeProvider, busLog),
                new MaintenanceLoop(files, options.ExpiryInterval, timeProvider, busLog),
                new MaintenanceLoop(new WordEntering(database, timeProvider), options.WordInterval, timeProvider, busLog),
                new MaintenanceLoop(new MinuteKeeping(database), options.MinuteInterval, timeProvider, busLog),
                new MaintenanceLoop(watch, FileWatch.Interval, timeProvider, busLog),
                .. database.Maintenance.Select(scheduled => new MaintenanceLoop(scheduled, timeProvider, busLog)),
                new MaintenanceLoop(gate, SilenceInterval, timeProvider, busLog),
                new WebhookSender(options, database, signals, timeProvider, busLog),
                .. export is null ? (IAsyncDisposable[])[] : [export],
            ];
            return new BusServer(options, web, application, database, signals, connections, watch, maintenance, stopping, socket);
        }
        catch
        {
            socket?.Remove();
            database.Dispose();
            stopping.Dispose();
            throw;
        }

        void Announce(Change change)
        {
            signals.Signal(change);
            changes.Note(change);
            claimQueue.Notice(change);
        }
    }

    /// <summary>Refuses new connections, answers the requests that are being handled (long polls at once), and closes the database.</summary>
    public async Task StopAsync()
    {
        if (stopped)
        {
            return;
        }

        stopped = true;
        await stopping.CancelAsync();
        signals.Close();
        socket?.Remove();
        using (var patience = new CancellationTokenSource(options.StopTimeout))
        {
            await web.StopAsync(patience.Token);
        }

        foreach (var loop in maintenance)
        {
            await loop.DisposeAsync();
        }

        web.Dispose();
        application.Dispose();
        database.Dispose();
        stopping.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Opens the database; waits a while for another bus that still has it open.</summary>
    private static async Task<BusDatabase> OpenDatabaseAsync(
        BusOptions options, SharedClock timeProvider, Action<Change> announce, BusNeighbours neighbours, BusLog log, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return BusDatabase.Open(
                    options.DatabasePath,
                    options.DatabasePassword,
                    timeProvider,
                    announce,
                    fault => log.StorageFault(fault.Code, fault.Cause, fault.Next),
                    neighbours,
                    new StallWatch(TimeProvider.System, options.StallLimit));
            }
            catch (DatabaseInUseException) when (timeProvider.GetElapsedTime(start) < options.DatabasePatience)
            {
                await Task.Delay(LookAgainAfter, timeProvider, cancellationToken);
            }
        }
    }
}
