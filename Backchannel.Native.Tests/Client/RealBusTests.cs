using System.Net.Http;
using Backchannel.Native.Bus;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

/// <summary>The client and our own bus, over a real socket.</summary>
public sealed class RealBusTests : IDisposable
{
    private readonly TemporaryFolder home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_task_goes_from_post_to_ack()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = Connect(bus.BaseUrl);
        var client = new BackchannelClient(connection);
        using var lanes = new Lanes();

        var lane = await lanes.FindOrCreateAsync(client, "build queue", ChannelMode.Claimable, default);
        var posted = await client.PostMessageAsync(lane.Id, new("compile"), IdempotencyKey.New(), default);
        var free = await client.ListMessagesAsync(lane.Id, new() { Status = MessageStatus.Unclaimed, Limit = 1 }, default);
        var leased = await client.ClaimWithLeaseAsync(posted.Message.Id, "worker", TimeSpan.FromSeconds(60), session: null, default);
        var renewed = await client.RenewLeaseAsync(leased.LeaseToken, TimeSpan.FromSeconds(120), session: null, default);
        var done = await client.AcknowledgeAsync(posted.Message.Id, "worker", null, leaseToken: null, result: null, session: null, default);

        Assert.Equal(posted.Message.Id, free.Data.Single().Id);
        Assert.Equal("worker", leased.Message.ClaimedBy?.Name);
        Assert.True(string.CompareOrdinal(renewed.ExpiresAt, leased.ExpiresAt) > 0);
        Assert.Equal(ClaimStatus.Acknowledged, done.Status);
    }

    [Theory]
    [InlineData(TextPaths.ForModels, "text/plain")]
    [InlineData(TextPaths.Humans, "text/html")]
    [InlineData(TextPaths.Errors, "text/markdown")]
    public async Task A_text_of_the_bus_is_asked_for_once(string path, string contentType)
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = Connect(bus.BaseUrl);

        var answer = await connection.PassOnAsync(new(HttpMethod.Get, path) { Authenticated = false, AsksForText = true }, default);

        Assert.Equal((200, contentType), (answer.Status, answer.ContentType?.Split(';')[0]));
        Assert.Contains($$"""backchannel_requests_total{method="GET",path="{{path}}",status="200"} 1""" + "\n", await bus.Http.GetStringAsync(Routes.Metrics), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_released_task_is_free_again()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = Connect(bus.BaseUrl);
        var client = new BackchannelClient(connection);
        var channel = await client.CreateChannelAsync(new("jobs", ChannelMode.Claimable), default);
        var posted = await client.PostMessageAsync(channel.Id, new("compile"), IdempotencyKey.New(), default);
        await client.ClaimWithLeaseAsync(posted.Message.Id, "worker", TimeSpan.FromSeconds(60), session: null, default);

        var released = await client.ReleaseAsync(posted.Message.Id, "worker", session: null, default);

        Assert.Equal(ClaimStatus.Released, released.Status);
        Assert.Null(released.Message.ClaimedBy);
    }

    [Fact]
    public async Task Keys_channels_and_access_answer_in_the_shape_that_is_read()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = Connect(bus.BaseUrl);
        var client = new BackchannelClient(connection);

        var channel = await client.CreateChannelAsync(new("news", ChannelMode.Broadcast, Discoverable: true), default);
        var aliased = await client.AddAliasAsync(channel.Id, "latest", default);
        var found = await client.GetChannelAsync("latest", default);
        var listed = await client.ListChannelsAsync(10, null, default);
        var access = await client.RequestAccessAsync(channel.Id, null, default);
        var issued = await client.IssueKeyAsync("another", default);
        var own = await client.GetOwnKeyAsync(default);
        var health = (await connection.GreetAsync(default)).Health;

        Assert.Equal(["latest"], aliased.Aliases);
        Assert.Equal(channel.Id, found.Id);
        Assert.Contains(channel.Id, listed.Data.Select(static summary => summary.Id));
        Assert.Equal(AccessStatus.Open, access.Status);
        Assert.StartsWith(issued.KeyId, issued.Key, StringComparison.Ordinal);
        Assert.Equal("agent", own.OwnerId);
        Assert.Equal(await connection.GetKeyIdAsync(default), own.KeyId);
        Assert.Equal("ok", health.Status);
    }

    [Fact]
    public async Task A_post_whose_answers_are_lost_is_on_the_bus_once()
    {
        await using var bus = await TestBus.StartAsync();
        await using var direct = Connect(bus.BaseUrl);
        var channel = await new BackchannelClient(direct).CreateChannelAsync(new("jobs", ChannelMode.Claimable), default);
        await using var lossy = Losing(bus, lost: 2);
        await using var connection = Connect(lossy.Address.AbsoluteUri, await KeyOfAsync());

        var posted = await new BackchannelClient(connection).PostMessageAsync(channel.Id, new("once"), IdempotencyKey.New(), default);

        var messages = await new BackchannelClient(direct).ListMessagesAsync(channel.Id, new(), default);
        Assert.Equal(3, lossy.Calls.Count);
        Assert.Equal([posted.Message.Id], messages.Data.Select(static message => message.Id));
    }

    [Fact]
    public async Task A_claim_whose_answer_is_lost_still_gives_its_lease()
    {
        await using var bus = await TestBus.StartAsync();
        await using var direct = Connect(bus.BaseUrl);
        var client = new BackchannelClient(direct);
        var channel = await client.CreateChannelAsync(new("jobs", ChannelMode.Claimable), default);
        var posted = await client.PostMessageAsync(channel.Id, new("once"), IdempotencyKey.New(), default);
        await using var lossy = Losing(bus, lost: 1);
        await using var connection = Connect(lossy.Address.AbsoluteUri, await KeyOfAsync());

        var leased = await new BackchannelClient(connection)
            .ClaimWithLeaseAsync(posted.Message.Id, "worker", TimeSpan.FromSeconds(60), session: null, default);

        await client.RenewLeaseAsync(leased.LeaseToken, TimeSpan.FromSeconds(60), session: null, default);
        Assert.Equal(2, lossy.Calls.Count);
    }

    [Fact]
    public async Task Twenty_that_start_at_once_share_one_key_and_one_channel()
    {
        await using var bus = await TestBus.StartAsync();
        var processes = Enumerable.Range(0, 20).Select(_ => (Connection: Connect(bus.BaseUrl), Lanes: new Lanes())).ToArray();

        var lanes = await Task.WhenAll(processes.Select(static process =>
            process.Lanes.FindOrCreateAsync(new(process.Connection), "jobs", ChannelMode.Claimable, default)));
        var keys = await Task.WhenAll(processes.Select(static process => process.Connection.GetKeyIdAsync(default).AsTask()));

        Assert.Single(lanes.Select(static lane => lane.Id).Distinct());
        Assert.Single(keys.Distinct());
        foreach (var (connection, own) in processes)
        {
            await connection.DisposeAsync();
            own.Dispose();
        }
    }

    [UnixFact]
    public async Task The_local_bus_finds_names_in_every_script()
    {
        var socket = home.File("bus.sock");
        var serving = new BusOptions { DatabasePath = home.File("bus.db"), SocketPath = socket };
        await using var server = await BusServer.StartAsync(serving, TimeProvider.System, static _ => { }, default);
        var local = new LocalBusOptions { SocketPath = socket, ExecutablePath = "/nonexistent" };
        await using var connection = new BusConnection(
            ClientTest.Options(new("http://localhost")) with { LocalBus = local, KeyFolder = home.File("keys") },
            TimeProvider.System);
        using var first = new Lanes();
        using var second = new Lanes();

        var created = await first.FindOrCreateAsync(new(connection), "aufträge 仕事", ChannelMode.Claimable, default);
        var found = await second.FindAsync(new(connection), "aufträge 仕事", default);

        Assert.Equal(created.Id, found.Id);
    }

    private BusConnection Connect(string baseUrl, ApiKey? key = null) =>
        new(ClientTest.Options(new(baseUrl)) with { KeyFolder = home.File("config"), ApiKey = key }, TimeProvider.System);

    private async Task<ApiKey> KeyOfAsync() =>
        ApiKey.TryParse(await File.ReadAllTextAsync(home.File("config/key")), out var key) ? key : throw new InvalidOperationException();

    /// <summary>A way to the bus that loses the first answers, after the bus has done what was asked.</summary>
    private static MisbehavingServer Losing(TestBus bus, int lost)
    {
        var passed = 0;
        return new(request => new(true, async (socket, cancellation) =>
        {
            using var forwarded = new HttpRequestMessage(new(request.Method), bus.BaseUrl + request.Target)
            {
                Content = new ByteArrayContent(request.Body),
            };
            forwarded.Headers.Add(HeaderNames.ApiKey, request.Header(HeaderNames.ApiKey));
            forwarded.Headers.Add(HeaderNames.IdempotencyKey, request.Header(HeaderNames.IdempotencyKey));
            using var response = await bus.Http.SendAsync(forwarded, cancellation);
            var body = await response.Content.ReadAsStringAsync(cancellation);
            var reply = Interlocked.Increment(ref passed) <= lost ? Reply.ResetAfterCommit : Reply.Json((int)response.StatusCode, body);
            await reply.SendAsync(socket, cancellation);
        }));
    }
}
