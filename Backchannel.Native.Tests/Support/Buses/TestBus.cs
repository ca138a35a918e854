using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using Backchannel.Native.Bus;
using Backchannel.Native.Bus.Settings;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>A real bus on a free port, with a database of its own unless the options name one; stopped and deleted when disposed.</summary>
internal sealed class TestBus : IAsyncDisposable
{
    private readonly TestDatabase? database;
    private readonly ConcurrentQueue<string> log;

    private TestBus(string databasePath, TestDatabase? database, BusServer server, TimeProvider timeProvider, ConcurrentQueue<string> log)
    {
        DatabasePath = databasePath;
        this.database = database;
        this.log = log;
        Server = server;
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(server.Address),
            Timeout = TimeSpan.FromSeconds(60),
        };

        // When a test sets the time forward, the bus closes idle connections that have shown no key, maybe just as the next request is sent on one.
        Http.DefaultRequestHeaders.ConnectionClose = timeProvider != TimeProvider.System;
    }

    public BusServer Server { get; }

    /// <summary><c>http://127.0.0.1:PORT</c>, without a trailing slash.</summary>
    public string BaseUrl => Server.Address;

    public HttpClient Http { get; }

    /// <summary>A file, or an address of PostgreSQL; <see cref="DatabaseFile"/> reads both.</summary>
    public string DatabasePath { get; }

    /// <summary>The lines that the bus has logged.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <summary>Starts a bus without rate limits, on the machine's clock.</summary>
    public static Task<TestBus> StartAsync() => StartAsync(options => options);

    /// <summary>Starts a bus on the machine's clock.</summary>
    /// <param name="configure">Changes the options with <c>with</c>; they come without rate limits.</param>
    public static Task<TestBus> StartAsync(Func<BusOptions, BusOptions> configure) => StartAsync(configure, TimeProvider.System);

    public static async Task<TestBus> StartAsync(Func<BusOptions, BusOptions> configure, TimeProvider timeProvider)
    {
        var log = new ConcurrentQueue<string>();
        var options = configure(new BusOptions
        {
            DatabasePath = "",
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            RateLimit = 0,
            KeyMintLimit = 0,
            AddressRateLimit = 0,
            StallLimit = TimeSpan.Zero,
        });
        var database = options.DatabasePath.Length == 0 ? new TestDatabase() : null;
        options = options with { DatabasePath = database?.Path ?? options.DatabasePath };
        try
        {
            return new TestBus(
                options.DatabasePath, database, await BusServer.StartAsync(options, timeProvider, log.Enqueue, CancellationToken.None), timeProvider, log);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
        database?.Dispose();
    }
}
