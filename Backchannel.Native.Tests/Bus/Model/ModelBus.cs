using System.Net;
using System.Net.Http;
using Backchannel.Native.Bus;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Tests.Support.Buses;
using Npgsql;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>A bus on a clock of its own that can be stopped and started again over the same database. It may be several processes.</summary>
internal sealed class ModelBus : IAsyncDisposable
{
    // Lengths that no other timer has, by which the clock tells the sweeps apart. Two sweeps have each of them.
    private static readonly TimeSpan LeaseSweepInterval = TimeSpan.FromDays(41);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromDays(42);

    private readonly ModelClock clock;
    private readonly int processes;
    private readonly TestDatabase database;
    private readonly NpgsqlConnection? announcing;
    private readonly List<BusServer> servers = [];
    private readonly List<HttpClient> clients = [];
    private readonly Random choice = new(1);
    private long marks;

    private ModelBus(ModelClock clock, int processes)
    {
        this.clock = clock;
        this.processes = processes;
        database = processes > 1 ? new TestDatabase(isPostgres: true) : new TestDatabase();
        announcing = processes > 1 ? PostgresAddress.Parse(database.Path, null).Connect().OpenConnection() : null;
    }

    /// <param name="processes">How many share the database. Each request goes to any of them, after all have heard of those before.</param>
    public static async Task<ModelBus> StartAsync(ModelClock clock, int processes = 1)
    {
        var bus = new ModelBus(clock, processes);
        await bus.StartAsync();
        return bus;
    }

    /// <summary>How many share the database.</summary>
    public int Processes => processes;

    /// <param name="process">Which one is asked, from 0; null: any.</param>
    public async Task<BusAnswer> SendAsync(Operation request, int? process = null)
    {
        await SettleAsync();
        return await new BusCaller(clients[process ?? choice.Next(processes)], request.Key, "")
            .SendAsync(request.Method, request.Path, request.Body, request.IdempotencyKey);
    }

    /// <summary>Returns once all processes have heard what the others did.</summary>
    public Task SettleAsync() => announcing is null ? Task.CompletedTask : SeveralBuses.SettleAsync(
        servers.ConvertAll(static server => server.Signals),
        async sql =>
        {
            await using var notify = new NpgsqlCommand(sql, announcing);
            await notify.ExecuteNonQueryAsync();
        },
        ++marks);

    /// <summary>Runs the sweep of leases, then that of tasks.</summary>
    public Task SweepLeasesAsync() => clock.RunAsync(LeaseSweepInterval, owners: 2 * processes);

    public Task SweepExpiredAsync() => clock.RunAsync(ExpiryInterval, owners: 2 * processes);

    public async Task RestartAsync()
    {
        await StopAsync();
        clock.ForgetTimers();
        await StartAsync();
        // The sweeps that run at a start go on beside it. These end after them, and find nothing more to do.
        await SweepLeasesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        announcing?.Dispose();
        database.Dispose();
    }

    private async Task StartAsync()
    {
        for (var i = 0; i < processes; i++)
        {
            await StartOneAsync();
        }
    }

    private async Task StartOneAsync()
    {
        BusServer server;
        var options = new BusOptions
        {
            DatabasePath = database.Path,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            RateLimit = 0,
            KeyMintLimit = 0,
            AddressRateLimit = 0,
            LeaseSweepInterval = LeaseSweepInterval,
            ExpiryInterval = ExpiryInterval,
            // By the machine's own clock: on a busy one, leases would be lengthened that the model lets end.
            StallLimit = TimeSpan.Zero,
        };
        var deadline = Deadline.Token();
        while (true)
        {
            try
            {
                server = await BusServer.StartAsync(options, clock, _ => { }, CancellationToken.None);
                break;
            }
            catch (DatabaseInUseException) when (!deadline.IsCancellationRequested)
            {
                // A process that another test is starting has a copy of the lock's descriptor until it runs its program.
                await Task.Yield();
            }
        }

        servers.Add(server);
        clients.Add(new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(server.Address),
            Timeout = TimeSpan.FromSeconds(60),
        });
    }

    private async Task StopAsync()
    {
        clients.ForEach(static client => client.Dispose());
        clients.Clear();
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        servers.Clear();
    }
}
