using System.Net;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

/// <summary>A bus with several addresses: one that does not serve is left within the call.</summary>
public sealed class SeveralAddressesTests
{
    private static readonly Reply Posted = Reply.Json(201, ClientTest.PostedJson);

    public static TheoryData<string> Departures => ["reset", "502", "503", "503 for an hour", "504", "broken answer", "silence"];

    [Fact]
    public async Task A_bus_that_is_dead_at_the_start_is_left_for_reads_and_writes()
    {
        await using var buses = await TwinBuses.StartAsync();
        using var dead = new UnansweredPort();
        await using var connection = buses.Connect(first: dead.Address);
        var client = new BackchannelClient(connection);

        var found = await client.GetChannelAsync("jobs", default);
        var posted = await client.PostMessageAsync(found.Id, new("compile"), default);
        var leased = await client.ClaimWithLeaseAsync(posted.Message.Id, "worker", TimeSpan.FromSeconds(60), session: null, default);

        Assert.Equal((buses.ChannelId, posted.Message.Id), (found.Id, leased.Message.Id));
    }

    [Fact]
    public async Task A_bus_that_dies_between_two_calls_is_left_for_reads_and_writes()
    {
        await using var buses = await TwinBuses.StartAsync();
        await using var connection = buses.Connect();
        var client = new BackchannelClient(connection);
        await client.PostMessageAsync(buses.ChannelId, new("to the first"), default);

        await buses.First.Server.StopAsync();
        await client.PostMessageAsync(buses.ChannelId, new("to the second"), default);
        var listed = await client.ListMessagesAsync(buses.ChannelId, new(), default);

        Assert.Equal(["to the second"], listed.Data.Select(static message => message.Content));
    }

    [Fact]
    public async Task A_wait_goes_on_at_another_bus_when_its_own_dies()
    {
        await using var buses = await TwinBuses.StartAsync();
        await using var front = new HoldingFront(new(buses.First.BaseUrl), "/messages");
        await using var connection = buses.Connect(first: front.Address);
        var waiting = new BackchannelClient(connection).ListMessagesAsync(buses.ChannelId, new() { Wait = TimeSpan.FromSeconds(20) }, default);
        await front.Arrived;

        await front.DisposeAsync();
        await using var poster = new BusConnection(new() { BaseUrl = new(buses.Second.BaseUrl), AgentLabel = "agent", ApiKey = buses.Key }, TimeProvider.System);
        await new BackchannelClient(poster).PostMessageAsync(buses.ChannelId, new("news"), default);

        Assert.Equal(["news"], (await waiting.Within()).Data.Select(static message => message.Content));
    }

    [Theory]
    [MemberData(nameof(Departures))]
    public async Task An_address_that_serves_nobody_is_left_with_the_same_idempotency_key(string departure)
    {
        await using var first = new MisbehavingServer(Departure(departure));
        await using var second = new MisbehavingServer(Posted);
        await using var connection = Connect(
            options => options with { AttemptTimeout = departure == "silence" ? TimeSpan.FromSeconds(2) : options.AttemptTimeout }, first.Address, second.Address);

        var posted = await connection.PostAsync(default);

        Assert.Equal("m-1", posted.Message.Id);
        Assert.Equal(["post-1"], second.Calls.Select(static request => request.Header(HeaderNames.IdempotencyKey)).Distinct());
        Assert.Equal(["post-1"], first.Calls.Select(static request => request.Header(HeaderNames.IdempotencyKey)).Distinct());
    }

    [Fact]
    public async Task The_address_that_worked_last_is_tried_first()
    {
        await using var first = new MisbehavingServer(Reply.Error(503, "overloaded"));
        await using var second = new MisbehavingServer(Posted);
        await using var connection = Connect(first.Address, second.Address);

        await connection.PostAsync(default);
        await connection.PostAsync(default);
        await connection.PostAsync(default);

        Assert.Equal((1, 3), (first.Calls.Count, second.Calls.Count));
    }

    [Theory]
    [InlineData(429, "rate_limit_exceeded")]
    [InlineData(503, "channel_paused")]
    [InlineData(500, "internal_server_error")]
    public async Task What_every_bus_would_say_is_not_taken_to_another(int status, string code)
    {
        await using var first = new MisbehavingServer(Reply.Error(status, code), Posted);
        await using var second = new MisbehavingServer(Posted);
        await using var connection = Connect(first.Address, second.Address);

        await connection.PostAsync(default);

        Assert.Equal((2, 0), (first.Calls.Count, second.Calls.Count));
    }

    [Fact]
    public async Task When_all_ask_for_time_the_pause_is_theirs_and_the_error_names_them()
    {
        await using var first = new MisbehavingServer(Reply.Error(503, "overloaded", "Retry-After: 3600"));
        await using var second = new MisbehavingServer(Reply.Error(503, "overloaded", "Retry-After: 3600"));
        await using var connection = Connect(first.Address, second.Address);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((1, 1), (first.Calls.Count, second.Calls.Count));
        Assert.Equal(TimeSpan.FromHours(1), exception.RetryAfter);
        Assert.EndsWith($" (2 addresses tried: {Text(first.Address)}, {Text(second.Address)})", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_all_are_dead_the_error_says_how_many_and_which()
    {
        using var first = new UnansweredPort();
        using var second = new UnansweredPort();
        using var third = new UnansweredPort();
        await using var connection = Connect(first.Address, second.Address, third.Address, first.Address);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((FaultCodes.Unreachable, false), (exception.Code, exception.IsUndecided));
        Assert.Matches(
            $@"^no connection to the bus at {Text(third.Address)}: .+ \(3 addresses tried: {Text(first.Address)}, {Text(second.Address)}, {Text(third.Address)}\)$",
            exception.Message);
    }

    [Fact]
    public async Task Each_address_is_asked_as_often_as_a_single_one()
    {
        await using var first = new MisbehavingServer(Reply.Error(503, "overloaded"));
        await using var second = new MisbehavingServer(Reply.Error(503, "overloaded"));
        await using var connection = Connect(first.Address, second.Address);

        await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((4, 4), (first.Calls.Count, second.Calls.Count));
    }

    [Fact]
    public async Task A_stored_key_is_not_replaced_because_one_address_does_not_know_it()
    {
        using var home = new TemporaryFolder();
        await using var first = new MisbehavingServer(Posted);
        await using var second = new MisbehavingServer(Reply.Error(401, ErrorCodes.Unauthorized));
        await using var connection = Connect(options => options with { KeyFolder = home.File("keys") }, first.Address, second.Address);
        await connection.PostAsync(default);
        await first.DisposeAsync();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(FaultCodes.ApiKeyRejected, exception.Code);
        Assert.Contains("one database", exception.Advice, StringComparison.Ordinal);
        Assert.Empty(second.Requests.Except(second.Calls));
    }

    [Fact]
    public async Task A_key_of_another_bus_is_sent_to_no_address_of_the_list()
    {
        using var home = new TemporaryFolder();
        await using var other = new MisbehavingServer(request => request.Target == "/v1/keys" ? MisbehavingServer.IssueKey("bck_cccccccccccc.d") : Posted);
        await using (var connection = Connect(options => options with { KeyFolder = home.File("keys") }, other.Address))
        {
            await connection.PostAsync(default);
        }

        await using var first = new MisbehavingServer(Reply.Error(503, "overloaded"));
        await using var second = new MisbehavingServer(Posted);
        await using var listed = Connect(options => options with { KeyFolder = home.File("keys") }, first.Address, second.Address);
        await listed.PostAsync(default);

        Assert.Equal(
            [MisbehavingServer.IssuedKeyText],
            first.Calls.Concat(second.Calls).Select(static request => request.Header(HeaderNames.ApiKey)).Distinct());
    }

    [LinuxFact]
    public async Task A_connection_that_is_never_made_is_soon_given_up_for_the_next_address()
    {
        using var silent = new UnansweredPort().Hang();
        await using var second = new MisbehavingServer(Posted);
        await using var connection = Connect(options => options with { AttemptTimeout = TimeSpan.FromMinutes(2), TotalTimeout = TimeSpan.FromMinutes(2) }, silent.Address, second.Address);

        Assert.Equal("m-1", (await connection.PostAsync(default).Within()).Message.Id);
    }

    [LinuxFact]
    public async Task A_name_with_several_addresses_is_reached_by_the_one_that_answers()
    {
        await using var server = new MisbehavingServer(Posted);
        using var silent = new UnansweredPort(IPAddress.Parse("127.0.0.3"), server.Address.Port).Hang();
        var looked = 0;
        var hosts = new HostConnector(isOneOfSeveral: false, TimeProvider.System, (_, _) =>
        {
            looked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback]);
        });

        for (var connection = 1; connection <= 3; connection++)
        {
            await using var stream = await hosts.ConnectAsync(new("bus.example", server.Address.Port), default).Within();
            Assert.True(stream.CanWrite);
        }

        Assert.Equal(3, looked);
    }

    [Fact]
    public async Task A_name_whose_addresses_all_refuse_says_so()
    {
        using var dead = new UnansweredPort();
        var hosts = new HostConnector(isOneOfSeveral: false, TimeProvider.System, static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Loopback]));

        var exception = await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(async () => await hosts.ConnectAsync(new("bus.example", dead.Address.Port), default));

        Assert.Equal(System.Net.Sockets.SocketError.ConnectionRefused, exception.SocketErrorCode);
    }

    private static string Text(Uri address) => BusOrigin.AddressOf(address);

    private static BusConnection Connect(params Uri[] addresses) => Connect(static options => options, addresses);

    private static BusConnection Connect(Func<BackchannelClientOptions, BackchannelClientOptions> change, params Uri[] addresses) =>
        new(change(ClientTest.Options(addresses[0]) with { OtherBaseUrls = addresses[1..] }), TimeProvider.System);

    private static Reply Departure(string name) => name switch
    {
        "reset" => Reply.ResetAfterCommit,
        "503 for an hour" => Reply.Error(503, "overloaded", "Retry-After: 3600"),
        "broken answer" => Reply.BrokenOff("{}"),
        "silence" => Reply.Silence,
        var status => Reply.Answer(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), "text/html", "<html>gateway</html>"),
    };
}
