using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Endpoints;
using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Bus.Presence;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Tls;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Bus.Webhooks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Backchannel.Native.Bus;

/// <summary>A running bus: the Backchannel HTTP API over one database file.</summary>
internal sealed class BusServer : IAsyncDisposable
{
    private static readonly TimeSpan SilenceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly BusOptions options;
    private readonly KestrelServer web;
    private readonly BusApplication application;
    private readonly BusDatabase database;
    private readonly ChannelSignals signals;
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
        ChannelSignals signals,
        OpenConnections connections,
        FileWatch watch,
        IReadOnlyList<IAsyncDisposable> maintenance,
        CancellationTokenSource stopping,
        SocketFile? socket,
        IReadOnlyList<(string Method, string Template)> routes)
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
        Routes = routes;
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

    /// <summary>Who is connected: a bus in the background ends when nobody was for long enough.</summary>
    public OpenConnections Connections { get; }

    /// <summary>Completes when files of the bus were removed or replaced under it: it can do nothing useful any more.</summary>
    public async Task WaitUntilFilesGoneAsync(CancellationToken cancellationToken)
    {
        var fault = database.State.Fault;
        if (await Task.WhenAny(fault, watch.FilesGone).WaitAsync(cancellationToken) != fault || fault.Result.IsRemoval)
        {
            return;
        }

        // Damaged files stay where they are until somebody moves them away.
        await watch.FilesGone.WaitAsync(cancellationToken);
    }

    /// <summary>Everything that is served: methods and path templates.</summary>
    public IReadOnlyList<(string Method, string Template)> Routes { get; }

    /// <inheritdoc cref="StartAsync(BusOptions, TimeProvider, Action{string}, Action{string}, CancellationToken)"/>
    public static Task<BusServer> StartAsync(BusOptions options, TimeProvider timeProvider, Action<string> log, CancellationToken cancellationToken) =>
        StartAsync(options, timeProvider, log, log, cancellationToken);

    /// <summary>Opens the database and listens.</summary>
    /// <param name="log">Takes one line of the log, without its line end.</param>
    /// <param name="logError">Takes one about something that an operator has to look at.</param>
    /// <exception cref="StorageException">The database cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The database was written by a newer program, or belongs to another one.</exception>
    /// <exception cref="IOException">The address is in use, or the socket or the database belongs to a living bus.</exception>
    public static async Task<BusServer> StartAsync(
        BusOptions options,
        TimeProvider timeProvider,
        Action<string> log,
        Action<string> logError,
        CancellationToken cancellationToken)
    {
        var busLog = new BusLog(log, logError, timeProvider);
        var socket = options.SocketPath is { } path ? new SocketFile(path) : null;
        socket?.Prepare();
        var signals = new ChannelSignals(options.LongPollMaxWaiters);
        var database = await OpenDatabaseAsync(options, timeProvider, signals, busLog, cancellationToken);
        var stopping = new CancellationTokenSource();
        var connections = new OpenConnections(timeProvider);
        try
        {
            var gate = BuildGate(options, timeProvider, busLog);
            var web = Build(options, connections, gate, socket, timeProvider);
            var routes = new RouteTable();
            var application = BuildApplication(options, routes, timeProvider, database, signals, busLog, stopping.Token);
            await web.StartAsync(new KestrelApplication(application), cancellationToken);
            var watch = new FileWatch(database, options.SocketPath is { } listening ? new WatchedFile(listening) : null, busLog);
            IAsyncDisposable[] maintenance =
            [
                new MaintenanceLoop(new LeaseSweep(database, timeProvider), options.LeaseSweepInterval, timeProvider, busLog),
                new MaintenanceLoop(new ExpirySweep(database, timeProvider), options.ExpiryInterval, timeProvider, busLog),
                new MaintenanceLoop(new MemoryRelease(database), MemoryRelease.Interval, timeProvider, busLog),
                new MaintenanceLoop(watch, FileWatch.Interval, timeProvider, busLog),
                new DamageCheck(database, busLog),
                new MaintenanceLoop(new SpaceRelease(database), SpaceRelease.Interval, timeProvider, busLog),
                new MaintenanceLoop(gate, SilenceInterval, timeProvider, busLog),
                new WebhookSender(options, database, signals, timeProvider, busLog),
            ];
            return new BusServer(options, web, application, database, signals, connections, watch, maintenance, stopping, socket, routes.All);
        }
        catch
        {
            socket?.Remove();
            database.Dispose();
            stopping.Dispose();
            throw;
        }
    }

    /// <summary>Takes no new connections, answers what is in hand (waiting requests at once), and closes the database.</summary>
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

    /// <summary>Opens the database, after the bus that holds it now if that one ends in time.</summary>
    private static async Task<BusDatabase> OpenDatabaseAsync(
        BusOptions options, TimeProvider timeProvider, ChannelSignals signals, BusLog log, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return BusDatabase.Open(
                    options.DatabasePath, timeProvider, signals, fault => log.StorageFault(fault.Code, fault.Cause, fault.Next));
            }
            catch (DatabaseInUseException) when (timeProvider.GetElapsedTime(start) < options.DatabasePatience)
            {
                await Task.Delay(LookAgainAfter, timeProvider, cancellationToken);
            }
        }
    }

    private static BusApplication BuildApplication(
        BusOptions options,
        RouteTable routes,
        TimeProvider timeProvider,
        BusDatabase database,
        ChannelSignals signals,
        BusLog log,
        CancellationToken stopping)
    {
        var keyRing = new KeyRing(database);
        var minting = new SlidingWindow(options.KeyMintLimit, options.KeyMintWindow, timeProvider);
        var listing = new MessageListing(options, database, signals, timeProvider);
        var mintingSwitch = new MintingSwitch(database);
        var counters = new RequestCounters();
        new HealthEndpoints(options, database, mintingSwitch, timeProvider).AddTo(routes);
        var keys = new KeyEndpoints(options, database, keyRing, minting, mintingSwitch);
        keys.AddTo(routes);
        new AdminEndpoints(options, database, keys, mintingSwitch, timeProvider).AddTo(routes);
        new ObservabilityEndpoints(options, database, counters, timeProvider).AddTo(routes);
        new PublicPages(options).AddTo(routes);
        new AccountEndpoints(options).AddTo(routes);
        var channels = new ChannelEndpoints(options);
        channels.AddTo(routes);
        MemberEndpoints.AddTo(routes);
        AccessRequestEndpoints.AddTo(routes);
        new MessageEndpoints(options, listing, new MessageWatch(options, database, signals, timeProvider)).AddTo(routes);
        var results = new ResultChannels(channels);
        var workers = new WorkerSessions(timeProvider);
        var holders = new HolderRules(workers);
        new ClaimEndpoints(options, results, holders).AddTo(routes);
        var requests = new SlidingWindow(options.RateLimit, options.RateLimitWindow, timeProvider);
        new PresenceEndpoints(workers, requests, timeProvider, stopping).AddTo(routes);
        ActorEndpoints.AddTo(routes);
        ActorWebhookEndpoints.AddTo(routes);
        new HistoryEndpoints(timeProvider).AddTo(routes);
        new InvitationEndpoints(options, timeProvider).AddTo(routes);
        new SessionEndpoints(timeProvider).AddTo(routes);
        new TaskEndpoints(options, channels, results, listing, holders).AddTo(routes);
        new TaskResultEndpoints(options, timeProvider).AddTo(routes);
        var strangers = new SlidingWindow(options.AddressRateLimit, options.RateLimitWindow, timeProvider);
        return new BusApplication(options, routes, database, keyRing, requests, strangers, counters, timeProvider, log, stopping);
    }

    private static ConnectionGate BuildGate(BusOptions options, TimeProvider timeProvider, BusLog log)
    {
        var room = FileLimit.MakeRoomFor(options.MaxConnections);
        if (room < options.MaxConnections)
        {
            log.FewerConnections(options.MaxConnections, room);
        }

        return new ConnectionGate(room, options.MaxConnectionsPerAddress, options.HeadersTimeout, options.TrustedProxies, timeProvider);
    }

    // Kestrel alone: a host, its services and its configuration would cost every stdio session memory, for a bus it does not start.
    private static KestrelServer Build(
        BusOptions options, OpenConnections connections, ConnectionGate gate, SocketFile? socket, TimeProvider timeProvider)
    {
        var tls = options.Tls is { } files ? new TlsConnections(TlsCertificate.Load(files.Certificate, files.Key), options.HeadersTimeout, timeProvider) : null;
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.MinDataRate, options.DataRateGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(options.MinDataRate, options.DataRateGrace);
        if (options.SocketPath is { } path)
        {
            kestrel.ListenUnixSocket(path, Configure);
        }
        else
        {
            kestrel.Listen(options.Listen, Configure);
        }

        var transport = new SocketTransportOptions();
        if (socket is not null)
        {
            transport.CreateBoundListenSocket = socket.Bind;
        }

        var sockets = new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance);
        return new KestrelServer(Options.Create(kestrel), sockets, NullLoggerFactory.Instance);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => AdmitAsync(next, connection));
            if (tls is not null)
            {
                listen.Use(next => connection => tls.RunAsync(next, connection));
            }
        }

        async Task AdmitAsync(ConnectionDelegate next, ConnectionContext connection)
        {
            if (gate.Enter(connection) is not { } place)
            {
                connection.Abort();
                return;
            }

            connection.Features.Set(place);
            connections.Change(1);
            try
            {
                await next(connection);
            }
            finally
            {
                connections.Change(-1);
                gate.Leave(place);
            }
        }
    }
}
