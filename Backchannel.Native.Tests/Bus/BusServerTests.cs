using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus;

public sealed class BusServerTests
{
    [Fact]
    public async Task A_chunked_body_is_read()
    {
        await using var bus = await TestBus.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, bus.BaseUrl + "/v1/keys")
        {
            Content = new StringContent("""{"agent_label":"a"}"""),
        };
        request.Headers.TransferEncodingChunked = true;

        using var response = await bus.Http.SendAsync(request);

        Assert.Equal(201, (int)response.StatusCode);
    }

    [Fact]
    public async Task The_pool_has_a_thread_for_each_processor_beside_the_one_that_a_write_holds_up()
    {
        await using var bus = await TestBus.StartAsync();

        ThreadPool.GetMinThreads(out var threads, out _);

        Assert.True(threads > Environment.ProcessorCount);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused_as_such()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxRequestBytes = 1000 });
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await caller.SendAsync("POST", "/v1/actors", $$"""{"name":"{{new string('x', 2000)}}"}""");

        Assert.Equal((413, "request_too_large"), (answer.Status, answer.Text("error")));
    }

    [Fact]
    public async Task A_head_above_the_limit_is_refused()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxHeaderBytes = 4096 });

        var answer = await new BusCaller(bus, "", "").SendAsync("GET", "/health", headers: [new("X-Long", new string('x', 8000))]);

        Assert.Equal(431, answer.Status);
    }

    [Fact]
    public async Task Answers_that_succeed_link_to_the_description()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");

        var good = await stranger.SendAsync("GET", "/health");
        var bad = await stranger.SendAsync("GET", "/nothing");

        Assert.Contains("</openapi.json>; rel=\"service-desc\"", good.Header("Link"), StringComparison.Ordinal);
        Assert.Null(bad.Header("Link"));
    }

    [Fact]
    public async Task A_stopping_bus_answers_those_who_wait()
    {
        var time = new SignallingTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var waiting = caller.SendAsync("GET", $"/v1/channels/{channel}/messages?wait=19");
        await time.TimerAsync(wait => wait == TimeSpan.FromSeconds(19));

        await bus.Server.StopAsync().Within();

        Assert.Equal(200, (await waiting.Within()).Status);
    }

    [Fact]
    public async Task A_waiting_listing_wakes_when_a_claim_is_released()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");
        var waiting = caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&wait=25");

        await caller.SendAsync("POST", $"/v1/messages/{message}/release", "{}");

        var page = await waiting.Within();
        Assert.Equal(message, page.Json.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_stale_socket_is_replaced_and_the_new_one_is_private()
    {
        var folder = Directory.CreateTempSubdirectory("sock-").FullName;
        var path = Path.Combine(folder, "bus.sock");
        DeadSocket.Make(path);

        var options = new BusOptions { DatabasePath = Path.Combine(folder, "bus.db"), SocketPath = path };
        await using (var server = await BusServer.StartAsync(options, TimeProvider.System, _ => { }, CancellationToken.None))
        {
            Assert.Equal($"unix:{path}", server.Address);
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.Equal("HTTP/1.1 200 OK", await StatusLineAsync(path));
            await Assert.ThrowsAsync<SocketFileException>(
                () => BusServer.StartAsync(options, TimeProvider.System, _ => { }, CancellationToken.None));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_stopping_bus_leaves_the_socket_of_its_successor_alone()
    {
        var folder = Directory.CreateTempSubdirectory("sock-").FullName;
        var path = Path.Combine(folder, "bus.sock");
        await using (var first = await StartAsync("first.db"))
        {
            using var slow = await BeginRequestAsync(path);
            var stopping = first.StopAsync();
            while (File.Exists(path))
            {
                await Task.Yield();
            }

            await using var second = await StartAsync("second.db");
            slow.Dispose();
            await stopping.Within();

            Assert.Equal("HTTP/1.1 200 OK", await StatusLineAsync(path));
        }

        Assert.False(File.Exists(path));
        Directory.Delete(folder, recursive: true);

        Task<BusServer> StartAsync(string database) => BusServer.StartAsync(
            new() { DatabasePath = Path.Combine(folder, database), SocketPath = path }, TimeProvider.System, _ => { }, CancellationToken.None);
    }

    /// <summary>A request whose body is never finished: a bus has it in hand.</summary>
    private static async Task<Socket> BeginRequestAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync("POST /v1/keys HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"u8.ToArray());
        await socket.ReceiveAsync(new byte["HTTP/1.1 100 Continue".Length]);
        return socket;
    }

    private static async Task<string?> StatusLineAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync();
    }
}
