using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class ClaimEndpointsTests
{
    [Theory]
    [InlineData("claim")]
    [InlineData("claim-with-lease")]
    public async Task Taking_a_message_again_says_how_often_it_was_taken(string verb)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var first = await caller.SendAsync("POST", $"/v1/messages/{message}/{verb}", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{message}/release", "{}");

        var second = await caller.SendAsync("POST", $"/v1/messages/{message}/{verb}", "{}");

        Assert.Equal(("1", "2"), (first.Header(HeaderNames.Deliveries), second.Header(HeaderNames.Deliveries)));
    }

    [Fact]
    public async Task A_repeated_claim_gets_the_count_of_the_first_answer()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", "{}", "k");

        var replay = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", "{}", "k");

        Assert.Equal(("true", "1"), (replay.Header(HeaderNames.IdempotentReplay), replay.Header(HeaderNames.Deliveries)));
    }

    [Fact]
    public async Task A_claim_that_takes_nothing_counts_nothing()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        var again = await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        Assert.Equal(("already_claimed", null), (again.Text("status"), again.Header(HeaderNames.Deliveries)));
    }

    [Fact]
    public async Task An_ack_under_a_lease_that_was_replaced_is_refused_and_kept_nowhere()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var first = await ClaimAsync(caller, message, "first");
        await caller.SendAsync("POST", $"/v1/messages/{message}/release", """{"actor":"first"}""");
        var freed = await AcknowledgeAsync(caller, message, "first", first);
        var second = await ClaimAsync(caller, message, "second");

        var replaced = await AcknowledgeAsync(caller, message, "first", first);
        var own = await AcknowledgeAsync(caller, message, "second", second);
        var again = await AcknowledgeAsync(caller, message, "second", first);

        Assert.All([freed, replaced], answer => Assert.Equal((410, "lease_expired"), (answer.Status, answer.Text("error"))));
        Assert.Equal((200, "acknowledged"), (own.Status, own.Text("status")));
        Assert.Equal((200, "already_acknowledged"), (again.Status, again.Text("status")));
        Assert.Equal("second", Assert.Single(again.Json.GetProperty("message").GetProperty("acknowledged_by").EnumerateArray()).Text("name"));
    }

    [Fact]
    public async Task An_ack_with_a_result_publishes_it_once_in_the_name_of_its_actor()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        const string Ack = """{"actor":"worker","result":"done","metadata":{"unit":"none"} }""";

        var first = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", Ack);
        var again = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", Ack);

        Assert.Equal(("acknowledged", $"result-of-{message}"), (first.Text("status"), first.Text("result_channel")));
        Assert.Equal(("already_acknowledged", $"result-of-{message}"), (again.Text("status"), again.Text("result_channel")));
        var stranger = await BusCaller.MintAsync(bus, "b");
        var result = Assert.Single(await ResultsAsync(stranger, message));
        Assert.Equal(("done", "worker", "none"), (
            result.GetProperty("content").GetString(),
            result.GetProperty("actor").GetProperty("name").GetString(),
            result.GetProperty("metadata").GetProperty("unit").GetString()));
        var channel = (await caller.SendAsync("GET", $"/v1/channels/result-of-{message}")).Json;
        Assert.Equal(("broadcast", "open", false), (
            channel.GetProperty("mode").GetString(), channel.GetProperty("access").GetString(), channel.GetProperty("discoverable").GetBoolean()));
    }

    [Fact]
    public async Task A_result_may_follow_an_ack_that_had_none()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var bare = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"result":null}""");

        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"result":"done"}""");

        Assert.False(bare.Json.TryGetProperty("result_channel", out _));
        Assert.Equal("done", Assert.Single(await ResultsAsync(caller, message)).GetProperty("content").GetString());
    }

    [Fact]
    public async Task Each_actor_that_acknowledges_may_publish_a_result()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("news", "broadcast"), "one");

        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"first","result":"1"}""");
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"second","result":"2"}""");

        Assert.Equal(["1", "2"], (await ResultsAsync(caller, message)).Select(result => result.GetProperty("content").GetString()));
    }

    [Theory]
    [InlineData("""{"result":7}""", 422, "invalid_string")]
    [InlineData("""{"result":" "}""", 422, "invalid_string")]
    [InlineData("""{"result":"0123456789x"}""", 422, "content_too_large")]
    [InlineData("""{"result":"late","lease_token":"of another lease"}""", 410, "lease_expired")]
    public async Task An_ack_whose_result_is_refused_is_not_kept(string body, int status, string error)
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxMessageBytes = 10 });
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");

        var refused = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", body);

        Assert.Equal((status, error), (refused.Status, refused.Text("error")));
        await AssertNotAcknowledgedAsync(caller, message);
        Assert.Equal(404, (await caller.SendAsync("GET", $"/v1/channels/result-of-{message}")).Status);
    }

    [Theory]
    [InlineData("""{"paused":true}""")]
    [InlineData("""{"access":"restricted"}""")]
    [InlineData("""{"metadata_schema":{"required":["unit"]}}""")]
    [InlineData("""{"max_writes_per_minute":1}""")]
    public async Task No_setting_of_a_result_channel_refuses_the_result_of_an_ack(string setting)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var worker = await BusCaller.MintAsync(bus, "b");
        var task = await caller.SendAsync("POST", "/v1/tasks/post-with-result", """{"channel":"lane","content":"one"}""");
        var message = task.Json.GetProperty("message").GetProperty("id").GetString()!;
        await caller.SendAsync("POST", $"/v1/tasks/{message}/result", """{"content":"from elsewhere"}""");
        await caller.SendAsync("PATCH", $"/v1/channels/result-of-{message}", setting);

        var acknowledged = await worker.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"worker","result":"done"}""");

        Assert.Equal((200, "acknowledged"), (acknowledged.Status, acknowledged.Text("status")));
        Assert.Equal("done", await ResultAsync(caller, message));
    }

    [Theory]
    [InlineData(""" "access":"restricted" """, "{}")]
    [InlineData(""" "metadata_schema":{"required":["secret"]} """, "{}")]
    [InlineData(""" "max_messages":1 """, "{}")]
    [InlineData(""" "max_writes_per_minute":1 """, "{}")]
    [InlineData(""" "ttl_seconds":3600 """, """{"paused":true}""")]
    public async Task A_channel_that_a_stranger_made_under_the_alias_does_not_keep_a_result_back(string setting, string patch)
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, stranger) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"), await BusCaller.MintAsync(bus, "c"));
        var message = await poster.PostAsync(await poster.CreateAsync("lane"), "one");
        var made = await stranger.SendAsync("POST", "/v1/channels", $$"""{"name":"result-of-{{message}}","mode":"broadcast",{{setting}}}""");
        await stranger.SendAsync("POST", $"/v1/channels/{made.Text("id")}/aliases", $$"""{"alias":"result-of-{{message}}"}""");
        await stranger.SendAsync("POST", $"/v1/channels/{made.Text("id")}/messages", """{"content":"forged","metadata":{"secret":1}}""");
        await stranger.SendAsync("PATCH", $"/v1/channels/{made.Text("id")}", patch);

        var acknowledged = await worker.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"worker","result":"done"}""");
        await stranger.SendAsync("POST", $"/v1/channels/{made.Text("id")}/messages", """{"content":"forged again","metadata":{"secret":1}}""");
        await stranger.SendAsync("DELETE", $"/v1/channels/{made.Text("id")}");

        Assert.Equal((200, $"result-of-{message}"), (acknowledged.Status, acknowledged.Text("result_channel")));
        Assert.Equal("done", Assert.Single(await ResultsAsync(poster, message)).GetProperty("content").GetString());
        Assert.Equal("done", await ResultAsync(poster, message));
    }

    [Fact]
    public async Task A_channel_that_the_worker_itself_made_under_the_alias_carries_its_result()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var message = await poster.PostAsync(await poster.CreateAsync("lane"), "one");
        var made = await worker.CreateAsync($"result-of-{message}", "broadcast");
        await worker.SendAsync("POST", $"/v1/channels/{made}/aliases", $$"""{"alias":"result-of-{{message}}"}""");
        await worker.PostAsync(made, "half");

        await worker.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"worker","result":"done"}""");

        Assert.Equal(["half", "done"], (await ResultsAsync(poster, message)).Select(result => result.GetProperty("content").GetString()));
        Assert.Equal("done", await ResultAsync(poster, message));
    }

    [Fact]
    public async Task A_result_channel_is_changed_by_its_creator_only()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, stranger) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "c"));
        var message = await poster.PostAsync(await poster.CreateAsync("lane"), "one");
        await poster.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"worker","result":"done"}""");

        var refused = await stranger.SendAsync("PATCH", $"/v1/channels/result-of-{message}", """{"max_messages":1}""");
        var own = await poster.SendAsync("PATCH", $"/v1/channels/result-of-{message}", """{"description":"of mine"}""");

        Assert.Equal((403, "forbidden", 200), (refused.Status, refused.Text("error"), own.Status));
    }

    [Fact]
    public async Task The_result_of_a_task_is_that_of_its_worker_whoever_published_before()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, stranger) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"), await BusCaller.MintAsync(bus, "c"));
        var task = await poster.SendAsync("POST", "/v1/tasks/post-with-result", """{"channel":"lane","content":"one"}""");
        var message = task.Json.GetProperty("message").GetProperty("id").GetString()!;
        await stranger.SendAsync("POST", $"/v1/tasks/{message}/result", """{"content":"forged"}""");

        await worker.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"worker","result":"done"}""");

        Assert.Equal("done", await ResultAsync(poster, message));
    }

    [Fact]
    public async Task Acks_of_one_moment_are_told_in_the_order_in_which_they_came()
    {
        await using var bus = await TestBus.StartAsync(options => options, new FakeTimeProvider());
        var caller = await BusCaller.MintAsync(bus, "first-made");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"made-later"}""");

        var second = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", "{}");

        var names = second.Json.GetProperty("message").GetProperty("acknowledged_by").EnumerateArray().Select(ack => ack.GetProperty("name").GetString());
        Assert.Equal(["made-later", "first-made"], names);
    }

    [Fact]
    public async Task Acks_of_others_do_not_make_a_message_unreadable()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var metadata = new string('m', 9_900);
        for (var i = 0; i < 60; i++)
        {
            await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"actor-{{i}}","metadata":{"m":"{{metadata}}"} }""");
        }

        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");

        var acks = read.Json.GetProperty("acks").EnumerateArray().Select(static ack => ack.Text("name")).ToList();
        Assert.Equal(("actor-0", 52), (acks[0], acks.Count));
        Assert.Equal(60, read.Json.GetProperty("message").GetProperty("acknowledged_by").GetArrayLength());
    }

    private static async Task<IEnumerable<JsonElement>> ResultsAsync(BusCaller caller, string task) =>
        (await caller.SendAsync("GET", $"/v1/channels/result-of-{task}/messages")).Json.GetProperty("data").EnumerateArray();

    private static async Task<string?> ResultAsync(BusCaller caller, string task) =>
        (await caller.SendAsync("GET", $"/v1/tasks/{task}/result")).Json.GetProperty("result").GetProperty("content").GetString();

    private static async Task AssertNotAcknowledgedAsync(BusCaller caller, string message) =>
        Assert.Empty((await caller.SendAsync("GET", $"/v1/messages/{message}")).Json.GetProperty("acks").EnumerateArray());

    private static async Task<string> ClaimAsync(BusCaller caller, string message, string actor) =>
        (await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"{{actor}}"}""")).Text("lease_token");

    private static Task<BusAnswer> AcknowledgeAsync(BusCaller caller, string message, string actor, string lease) =>
        caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"{{actor}}","lease_token":"{{lease}}"}""");
}
