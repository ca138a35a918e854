using System.Net;
using System.Net.Http;
using Backchannel.Native.Bus;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>A bus on a clock of its own that can be stopped and started again over the same database.</summary>
internal sealed class ModelBus : IAsyncDisposable
{
    // Lengths that no other timer has, by which the clock tells the sweeps apart. Two sweeps have each of them.
    private static readonly TimeSpan LeaseSweepInterval = TimeSpan.FromDays(41);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromDays(42);

    private readonly TestDatabase database = new();
    private readonly ModelClock clock;
    private BusServer server = null!;
    private HttpClient http = null!;

    private ModelBus(ModelClock clock) => this.clock = clock;

    public static async Task<ModelBus> StartAsync(ModelClock clock)
    {
        var bus = new ModelBus(clock);
        await bus.StartAsync();
        return bus;
    }

    public Task<BusAnswer> SendAsync(Operation request) =>
        new BusCaller(http, request.Key, "").SendAsync(request.Method, request.Path, request.Body, request.IdempotencyKey);

    /// <summary>Runs the sweep of leases, then that of tasks.</summary>
    public Task SweepLeasesAsync() => clock.RunAsync(LeaseSweepInterval, owners: 2);

    public Task SweepExpiredAsync() => clock.RunAsync(ExpiryInterval, owners: 2);

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
        database.Dispose();
    }

    private async Task StartAsync()
    {
        var options = new BusOptions
        {
            DatabasePath = database.Path,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            RateLimit = 0,
            KeyMintLimit = 0,
            AddressRateLimit = 0,
            LeaseSweepInterval = LeaseSweepInterval,
            ExpiryInterval = ExpiryInterval,
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

        http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(server.Address),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    private async Task StopAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }
}
