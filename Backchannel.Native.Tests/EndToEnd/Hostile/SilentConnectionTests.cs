using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Connections that send nothing take nobody's place: a bus goes on serving those who use it.</summary>
[Collection(Soak.Name)]
public sealed class SilentConnectionTests(ITestOutputHelper output)
{
    private const int Silent = 10_000;

    [UnixTheory]
    [InlineData(1, "16384", "they fit, but for the limit of one address")]
    [InlineData(40, "16384", "they all fit")]
    [InlineData(40, "4000", "more than the bus takes")]
    [Trait(Soak.Name, Soak.Value)]
    public async Task Ten_thousand_connections_that_send_nothing_keep_nobody_out(int addresses, string mostConnections, string situation)
    {
        await using var bus = await HostedBus.StartAsync(("BACKCHANNEL_MAX_CONNECTIONS", mostConnections), ("BACKCHANNEL_HEADERS_TIMEOUT_SECONDS", "600"));
        var world = await HostileWorld.CreateAsync(bus.Http);
        using var crowd = new SilentCrowd();
        using var over = new CancellationTokenSource();
        var before = bus.CurrentMemory;

        var served = ServeOthersAsync(bus, world, over.Token);
        await crowd.ConnectAsync(bus.EndPoint, Silent, addresses);
        var during = bus.CurrentMemory;
        await over.CancelAsync();
        var (onOld, onNew) = await served;

        output.WriteLine($"{situation}: {onOld} answers on an existing connection and {onNew} on new ones meanwhile; {before} MiB before, {during} MiB with the crowd");
        Assert.Equal(Silent, crowd.Connected);
        Assert.InRange(Math.Min(onOld, onNew), 10, int.MaxValue);
        Assert.InRange(during, 1, 512);
        await bus.StopAndInspectAsync();
    }

    [UnixFact]
    public async Task A_bus_that_may_open_few_files_serves_others_all_the_same()
    {
        await using var bus = await HostedBus.StartWithFilesAsync(400);
        var world = await HostileWorld.CreateAsync(bus.Http);
        using var crowd = new SilentCrowd();
        using var over = new CancellationTokenSource();

        var served = ServeOthersAsync(bus, world, over.Token);
        await crowd.ConnectAsync(bus.EndPoint, 2_000, 10);
        await over.CancelAsync();
        var (onOld, onNew) = await served;

        Assert.InRange(Math.Min(onOld, onNew), 1, int.MaxValue);
        await bus.StopAndInspectAsync();
    }

    [UnixFact]
    public async Task Silent_connections_are_closed_after_the_header_timeout()
    {
        await using var bus = await HostedBus.StartAsync(("BACKCHANNEL_HEADERS_TIMEOUT_SECONDS", "1"));
        using var silent = await RawConnection.ConnectAsync(bus.EndPoint, CancellationToken.None).Within();

        Assert.Null(await silent.ReadAsync(isHead: false, CancellationToken.None).Within());
    }

    /// <summary>Requests of somebody with a key, one after the other, until told to stop; each has to be answered.</summary>
    private static async Task<(int OnOld, int OnNew)> ServeOthersAsync(HostedBus bus, HostileWorld world, CancellationToken over)
    {
        var request = $"GET /v1/channels/{world.Channel}/messages?limit=1 HTTP/1.1\r\nHost: a\r\nX-API-Key: {world.Key}\r\n\r\n";
        using var old = await RawConnection.ConnectAsync(bus.EndPoint, CancellationToken.None).Within();
        var (onOld, onNew) = (0, 0);
        do
        {
            Assert.Equal(200, await AskAsync(old, request));
            onOld++;
            // From an address of its own: those of one address have to share its room.
            using var fresh = await RawConnection.ConnectAsync(bus.EndPoint, CancellationToken.None, IPAddress.Parse("127.0.200.1")).Within();
            Assert.Equal(200, await AskAsync(fresh, request));
            onNew++;
        }
        while (!over.IsCancellationRequested);
        return (onOld, onNew);
    }

    private static async Task<int> AskAsync(RawConnection connection, string request)
    {
        await connection.SendAsync(request, CancellationToken.None).Within();
        return (await connection.ReadAsync(isHead: false, CancellationToken.None).Within())?.Status ?? 0;
    }

    /// <summary>Sockets that are opened and then left alone.</summary>
    private sealed class SilentCrowd : IDisposable
    {
        private const int AtOnce = 64;

        private readonly ConcurrentBag<Socket> sockets = [];

        private int connected;

        public int Connected => connected;

        /// <summary>Connects so many at once as the bus takes; it may refuse them.</summary>
        public async Task ConnectAsync(IPEndPoint bus, int count, int addresses)
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"127.0.100.{1 + (number % addresses)}")), 0));
                try
                {
                    await socket.ConnectAsync(bus).Within();
                    Interlocked.Increment(ref connected);
                }
                catch (SocketException)
                {
                    // Refused.
                }
            });
        }

        public void Dispose()
        {
            foreach (var socket in sockets)
            {
                socket.Dispose();
            }
        }
    }
}
