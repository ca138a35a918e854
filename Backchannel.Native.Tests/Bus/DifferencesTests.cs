using Backchannel.Native.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus;

/// <summary>Pins the lines of Bus/DIFFERENCES.md.</summary>
public sealed class DifferencesTests
{
    [Fact]
    public async Task A_lease_token_ends_with_the_release()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var lease = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{message}/release", "{}");

        var heartbeat = await caller.SendAsync("POST", $"/v1/leases/{lease.Text("lease_token")}/heartbeat", "{}");

        Assert.Equal((410, "lease_expired"), (heartbeat.Status, heartbeat.Text("error")));
    }

    [Fact]
    public async Task The_lease_of_an_expired_message_cannot_be_renewed()
    {
        var time = new FakeTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options with { DefaultTtlSeconds = 3 }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var lease = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", "{}");
        time.Advance(TimeSpan.FromSeconds(4));

        var heartbeat = await caller.SendAsync("POST", $"/v1/leases/{lease.Text("lease_token")}/heartbeat", "{}");

        Assert.Equal(410, heartbeat.Status);
    }

    [Fact]
    public async Task A_strangers_alias_does_not_hide_an_own_channel()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var own = await owner.CreateAsync("jobs");
        var other = await stranger.CreateAsync("trap");
        await stranger.SendAsync("POST", $"/v1/channels/{other}/aliases", """{"alias":"jobs"}""");

        var found = await owner.SendAsync("GET", "/v1/channels/jobs");

        Assert.Equal(own, found.Text("id"));
    }

    [Fact]
    public async Task A_strangers_alias_does_not_take_over_the_default_actor()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var actor = await stranger.SendAsync("POST", "/v1/actors", """{"name":"x"}""");
        await stranger.SendAsync("POST", $"/v1/actors/{actor.Text("id")}/aliases", """{"alias":"owner"}""");
        var message = await owner.PostAsync(await owner.CreateAsync("lane"), "one");

        var claim = await owner.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        Assert.Equal("claimed", claim.Text("status"));
    }

    [Fact]
    public async Task An_idempotency_key_of_another_operation_is_refused()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"claimable"}""", "k");

        var other = await caller.SendAsync("POST", "/v1/actors", """{"name":"x"}""", "k");

        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Text("error")));
    }

    [Fact]
    public async Task Sixteen_requests_with_one_idempotency_key_make_one_message()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"once"}""", "k")));

        var listed = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages");
        Assert.Equal(1, listed.Json.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"content":"x","metadata":{"n":NaN}}""")]
    [InlineData("""{"content":"\ud800"}""")]
    [InlineData("""{"content":"x","metadata":{"n":"\ud800"}}""")]
    public async Task What_not_every_reader_can_read_is_refused(string body)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        var answer = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", body);

        Assert.Equal((400, "invalid_json"), (answer.Status, answer.Text("error")));
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("café", "caf%C3%A9")]
    public async Task Names_outside_plain_ASCII_are_reached_by_path(string name, string segment)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync(name);

        var found = await caller.SendAsync("GET", $"/v1/channels/{segment}");

        Assert.Equal(channel, found.Text("id"));
    }

    [Theory]
    [InlineData("limit=abc")]
    [InlineData("limit=")]
    public async Task Unreadable_limits_are_refused(string query)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        var answer = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?{query}");

        Assert.Equal((422, "invalid_limit"), (answer.Status, answer.Text("error")));
    }

    [Fact]
    public async Task A_cursor_with_a_bare_plus_is_understood()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        await caller.PostAsync(channel, "one");
        var cursor = (await caller.SendAsync("GET", $"/v1/channels/{channel}/messages")).Text("next_cursor");

        var after = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?cursor={cursor}");

        Assert.Equal((0, cursor), (after.Json.GetProperty("data").GetArrayLength(), after.Text("next_cursor")));
    }

    [Fact]
    public async Task A_task_without_content_leaves_no_channel()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        await caller.SendAsync("POST", "/v1/tasks/post", """{"channel":"jobs"}""");

        Assert.Equal(404, (await caller.SendAsync("GET", "/v1/channels/jobs")).Status);
    }

    [Fact]
    public async Task Subscribing_with_the_same_bytes_looks_again()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var body = $$"""{"channel":"{{channel}}"}""";
        await caller.SendAsync("POST", "/v1/tasks/subscribe", body);
        await caller.PostAsync(channel, "one");

        var second = await caller.SendAsync("POST", "/v1/tasks/subscribe", body);

        Assert.Equal(1, second.Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_task_that_is_done_is_not_listed_as_unclaimed_after_its_release()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim");
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack");

        await caller.SendAsync("POST", $"/v1/messages/{message}/release");
        var free = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed");

        Assert.Equal(0, free.Json.GetProperty("data").GetArrayLength());
    }
}
