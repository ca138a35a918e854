using System.Net;
using System.Net.Sockets;
using System.Text;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Connections;

/// <summary>Who gets in when a bus is full, and who has to go.</summary>
public sealed class ConnectionGateTests
{
    [Fact]
    public async Task A_newcomer_takes_the_place_of_the_silent_connection_that_came_first()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxConnections = 2 });
        using var first = await Caller.ConnectAsync(bus);
        while (bus.Server.Connections.Count < 1)
        {
            await Task.Yield();
        }

        using var second = await Caller.ConnectAsync(bus);
        while (bus.Server.Connections.Count < 2)
        {
            await Task.Yield();
        }

        using var third = await Caller.ConnectAsync(bus);

        Assert.Equal("", await first.ReadAsync());
        Assert.StartsWith("HTTP/1.1 200", await third.AskAsync("/health", ""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await second.AskAsync("/health", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_has_not_yet_sent_its_first_request_keeps_its_place_while_another_address_has_more()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxConnections = 3 });
        var key = await MintAsync(bus);
        while (bus.Server.Connections.Count > 0)
        {
            await Task.Yield();
        }

        using var slow = await Caller.ConnectAsync(bus, "127.0.0.2");
        while (bus.Server.Connections.Count < 1)
        {
            await Task.Yield();
        }

        var crowd = new List<Caller>();
        for (var i = 0; i < 20; i++)
        {
            var one = await Caller.ConnectAsync(bus, "127.0.0.3");
            Assert.StartsWith("HTTP/1.1 200", await one.AskAsync("/health", ""), StringComparison.Ordinal);
            crowd.Add(one);
        }

        Assert.StartsWith("HTTP/1.1 200", await slow.AskAsync("/v1/keys/me", key), StringComparison.Ordinal);
        Assert.Equal("", await crowd[0].ReadAsync());
        crowd.ForEach(static one => one.Dispose());
    }

    [Fact]
    public async Task A_connection_that_showed_a_key_stays_before_one_that_came_later_without()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxConnections = 2 });
        var key = await MintAsync(bus);
        using var known = await Caller.ConnectAsync(bus);
        await known.AskAsync("/v1/keys/me", key);
        using var stranger = await Caller.ConnectAsync(bus);
        Assert.StartsWith("HTTP/1.1 200", await stranger.AskAsync("/health", ""), StringComparison.Ordinal);

        using var newcomer = await Caller.ConnectAsync(bus);

        Assert.Equal("", await stranger.ReadAsync());
        Assert.StartsWith("HTTP/1.1 200", await newcomer.AskAsync("/health", ""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await known.AskAsync("/v1/keys/me", key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newcomer_is_turned_away_while_all_others_have_a_request_in_hand()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxConnections = 2 });
        var key = await MintAsync(bus);
        using var known = await Caller.ConnectAsync(bus);
        await known.AskAsync("/v1/channels?limit=1", key);
        using var waiting = await WaitingAsync(bus, key);
        using var other = await WaitingAsync(bus, key);

        using var newcomer = await Caller.ConnectAsync(bus);

        Assert.Equal("", await newcomer.ReadAsync());
        Assert.Equal("", await known.ReadAsync());
    }

    [Fact]
    public async Task An_address_has_a_part_of_the_room_only_and_makes_room_within_it()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxConnectionsPerAddress = 1 });
        using var other = await Caller.ConnectAsync(bus, "127.0.0.2");
        using var first = await Caller.ConnectAsync(bus, "127.0.0.3");
        while (bus.Server.Connections.Count < 2)
        {
            await Task.Yield();
        }

        using var second = await Caller.ConnectAsync(bus, "127.0.0.3");

        Assert.Equal("", await first.ReadAsync());
        Assert.StartsWith("HTTP/1.1 200", await second.AskAsync("/health", ""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await other.AskAsync("/health", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_keeps_its_limit_after_its_only_connection_made_room_for_the_next()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxConnectionsPerAddress = 1 });
        using var first = await Caller.ConnectAsync(bus, "127.0.0.3");
        Assert.StartsWith("HTTP/1.1 200", await first.AskAsync("/health", ""), StringComparison.Ordinal);
        using var second = await Caller.ConnectAsync(bus, "127.0.0.3");
        Assert.StartsWith("HTTP/1.1 200", await second.AskAsync("/health", ""), StringComparison.Ordinal);

        using var third = await Caller.ConnectAsync(bus, "127.0.0.3");

        Assert.StartsWith("HTTP/1.1 200", await third.AskAsync("/health", ""), StringComparison.Ordinal);
        Assert.Equal("", await second.ReadAsync().Within());
    }

    [Fact]
    public async Task Trusted_proxies_have_all_the_room()
    {
        await using var bus = await TestBus.StartAsync(
            options => options with { MaxConnectionsPerAddress = 1, TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        using var first = await Caller.ConnectAsync(bus, "127.0.0.3");

        using var second = await Caller.ConnectAsync(bus, "127.0.0.3");

        Assert.StartsWith("HTTP/1.1 200", await second.AskAsync("/health", ""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await first.AskAsync("/health", ""), StringComparison.Ordinal);
    }

    private static async Task<string> MintAsync(TestBus bus)
    {
        using var http = new System.Net.Http.HttpClient { DefaultRequestHeaders = { ConnectionClose = true } };
        using var answer = await http.PostAsync(new Uri(bus.BaseUrl + "/v1/keys"), new System.Net.Http.StringContent("""{"agent_label":"a"}"""));
        using var key = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return key.RootElement.GetProperty("key").GetString()!;
    }

    /// <summary>A connection whose request the bus has in hand, and has said so.</summary>
    /// <remarks>The bus notes that a connection is idle only after its answer has left: until then it has no room, and this tries again.</remarks>
    private static async Task<Caller> WaitingAsync(TestBus bus, string key)
    {
        while (true)
        {
            var caller = await Caller.ConnectAsync(bus);
            var answer = "";
            try
            {
                await caller.SendAsync($"POST /v1/actors HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
                answer = await caller.ReadAsync();
            }
            catch (SocketException)
            {
                // Turned away before it could send.
            }

            if (answer.Length > 0)
            {
                Assert.StartsWith("HTTP/1.1 100", answer, StringComparison.Ordinal);
                return caller;
            }

            caller.Dispose();
        }
    }

    private sealed class Caller(Socket socket) : IDisposable
    {
        public static async Task<Caller> ConnectAsync(TestBus bus, string from = "127.0.0.1")
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, new Uri(bus.BaseUrl).Port);
            }
            catch (SocketException turnedAway) when (turnedAway.SocketErrorCode is SocketError.ConnectionReset)
            {
                // The bus was quicker than this side's look at the connection; reading says so as well.
            }

            return new Caller(socket);
        }

        public async Task SendAsync(string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), Deadline.Token());

        public async Task<string> AskAsync(string path, string key)
        {
            await SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n{(key.Length > 0 ? $"X-API-Key: {key}\r\n" : "")}\r\n");
            return await ReadAsync();
        }

        /// <returns>What came; empty when the bus has closed the connection.</returns>
        public async Task<string> ReadAsync()
        {
            var buffer = new byte[8192];
            try
            {
                return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Deadline.Token()));
            }
            catch (SocketException)
            {
                return "";
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
