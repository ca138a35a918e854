using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Endpoints;

/// <summary>A claim of the next task that takes the ack of the one before along: both are kept, or neither.</summary>
[Trait("engine", "both")]
public sealed class AckAndClaimTests : IAsyncLifetime
{
    private const string Own = "secret-of-process-1";
    private const string Other = "secret-of-process-2";

    private TestBus bus = null!;
    private BusCaller caller = null!;
    private string channel = "";

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        caller = await BusCaller.MintAsync(bus, "a");
        channel = await caller.CreateAsync("lane");
    }

    public async Task DisposeAsync() => await bus.DisposeAsync();

    [Fact]
    public async Task The_task_is_done_with_its_result_and_the_next_one_is_claimed()
    {
        var (first, second) = (await caller.PostAsync(channel, "one"), await caller.PostAsync(channel, "two"));
        var lease = (await NextAsync(Own)).Json.GetProperty("lease").Text("lease_token");

        var answer = await NextAsync(Own, Ack(first, $$""","lease_token":"{{lease}}","result":"it went well","metadata":{"took":3}"""));

        var acknowledged = answer.Json.GetProperty("acknowledged");
        var result = await caller.SendAsync("GET", $"/v1/channels/{acknowledged.Text("result_channel")}/messages");
        Assert.Equal((200, second, "1"), (answer.Status, Id(answer), answer.Header(HeaderNames.Deliveries)));
        Assert.Equal(("acknowledged", first), (acknowledged.Text("status"), acknowledged.GetProperty("message").Text("id")));
        var published = Assert.Single(result.Json.GetProperty("data").EnumerateArray());
        Assert.Equal(("it went well", 3), (published.Text("content"), published.GetProperty("metadata").GetProperty("took").GetInt32()));
        Assert.Equal(("acknowledged", "claimed"), (await StateAsync(first), await StateAsync(second)));
    }

    [Fact]
    public async Task Where_nothing_is_open_the_ack_is_kept_all_the_same()
    {
        var first = await caller.PostAsync(channel, "one");
        await NextAsync(Own);

        var answer = await NextAsync(Own, Ack(first));

        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("message").ValueKind);
        Assert.Equal("acknowledged", answer.Json.GetProperty("acknowledged").Text("status"));
        Assert.Equal("acknowledged", await StateAsync(first));
    }

    [Fact]
    public async Task The_ack_does_not_wait_for_the_next_task()
    {
        var first = await caller.PostAsync(channel, "one");
        await NextAsync(Own);
        var version = (await caller.SendAsync("GET", $"/v1/messages/{first}")).Json.GetProperty("version").GetInt32();

        var waiting = NextAsync(Own, Ack(first) + """, "wait": 20""");
        var done = await caller.SendAsync("GET", $"/v1/messages/{first}?after={version}&wait=20");
        var second = await caller.PostAsync(channel, "two");
        var answer = await waiting.Within();

        Assert.Equal("acknowledged", done.Json.GetProperty("task").Text("state"));
        Assert.Equal((second, "acknowledged"), (Id(answer), answer.Json.GetProperty("acknowledged").Text("status")));
    }

    /// <remarks>A refusal would say that the ack was not kept either.</remarks>
    [Theory]
    [InlineData("DELETE", "", 404)]
    [InlineData("PATCH", """{"mode":"broadcast"}""", 409)]
    public async Task Where_the_channel_is_lost_while_the_claim_waits_the_answer_tells_of_the_ack(string method, string body, int status)
    {
        var first = await caller.PostAsync(channel, "one");
        var empty = await caller.CreateAsync("empty");
        await NextAsync(Own);
        var version = (await caller.SendAsync("GET", $"/v1/messages/{first}")).Json.GetProperty("version").GetInt32();

        var waiting = caller.SendAsync(
            "POST", Routes.ClaimNext, $$"""{"session":"{{Own}}","channels":["{{empty}}"],"wait":20{{Ack(first)}}}""");
        await caller.SendAsync("GET", $"/v1/messages/{first}?after={version}&wait=20");
        await caller.SendAsync(method, Routes.Channel(empty), body);
        var answer = await waiting.Within();
        var next = await caller.SendAsync("POST", Routes.ClaimNext, $$"""{"session":"{{Own}}","channels":["{{empty}}"]}""");

        Assert.Equal((200, "acknowledged"), (answer.Status, answer.Json.GetProperty("acknowledged").Text("status")));
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("message").ValueKind);
        Assert.Equal(status, next.Status);
    }

    [Fact]
    public async Task What_the_ack_opens_may_be_the_next_task()
    {
        var first = await caller.PostAsync(channel, "one");
        var dependent = (await caller.SendAsync("POST", Routes.ChannelTasks(channel), $$"""{"content":"after","depends_on":["{{first}}"]}""")).Json.GetProperty("message").Text("id");
        await NextAsync(Own);

        Assert.Equal(dependent, Id(await NextAsync(Own, Ack(first, ""","result":"five" """))));
    }

    [Fact]
    public async Task A_repetition_gets_the_same_task_and_publishes_no_second_result()
    {
        var (first, second) = (await caller.PostAsync(channel, "one"), await caller.PostAsync(channel, "two"));
        await caller.PostAsync(channel, "three");
        await NextAsync(Own);

        var answer = await NextAsync(Own, Ack(first, ""","result":"r" """), "key-1");
        var again = await NextAsync(Own, Ack(first, ""","result":"r" """), "key-1");

        Assert.Equal((second, second), (Id(answer), Id(again)));
        Assert.Equal("already_acknowledged", again.Json.GetProperty("acknowledged").Text("status"));
        var results = await caller.SendAsync("GET", $"/v1/channels/result-of-{first}/messages");
        Assert.Single(results.Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Who_asks_for_a_repetition_without_a_key_is_refused()
    {
        var first = await caller.PostAsync(channel, "one");

        var refused = await NextAsync(Own, """, "only_repeats": true""");

        Assert.Equal((422, "invalid_field"), (refused.Status, refused.Text("error")));
        Assert.Equal("open", await StateAsync(first));
    }

    [Fact]
    public async Task Who_only_asks_for_a_repetition_acknowledges_nothing()
    {
        var first = await caller.PostAsync(channel, "one");
        await NextAsync(Own);

        await NextAsync(Own, Ack(first) + """, "only_repeats": true""", "key-1");

        Assert.Equal("claimed", await StateAsync(first));
    }

    [Theory]
    [InlineData(Other, "", 409, "already_claimed")]
    [InlineData(Own, ""","lease_token":"6b1b5f1e-0000-4000-8000-000000000000" """, 410, "lease_expired")]
    public async Task An_ack_that_is_refused_claims_nothing(string session, string more, int status, string code)
    {
        var (first, second) = (await caller.PostAsync(channel, "one"), await caller.PostAsync(channel, "two"));
        await NextAsync(Own);

        var refused = await NextAsync(session, Ack(first, more));

        Assert.Equal((status, code), (refused.Status, refused.Text("error")));
        Assert.Equal(("claimed", "open"), (await StateAsync(first), await StateAsync(second)));
    }

    [Fact]
    public async Task A_claim_that_is_refused_acknowledges_nothing()
    {
        var first = await caller.PostAsync(channel, "one");
        await NextAsync(Own);

        var refused = await caller.SendAsync(
            "POST", Routes.ClaimNext, $$"""{"session":"{{Own}}","ack":{"message_id":"{{first}}","result":"r"},"channels":["lane","nowhere"]}""");
        var results = await caller.SendAsync("GET", $"/v1/channels/result-of-{first}/messages");

        Assert.Equal((404, "channel_not_found", 404), (refused.Status, refused.Text("error"), results.Status));
        Assert.Equal("claimed", await StateAsync(first));
    }

    [Theory]
    [InlineData("cancel", "", "cancelled")]
    [InlineData("finish", ""","outcome":"failed","retry":false""", "failed")]
    public async Task What_has_failed_or_was_cancelled_is_not_acknowledged_and_nothing_is_claimed(string verb, string more, string state)
    {
        var (first, second) = (await caller.PostAsync(channel, "one"), await caller.PostAsync(channel, "two"));
        await NextAsync(Own);
        await caller.SendAsync("POST", $"/v1/messages/{first}/{verb}", $$"""{"session":"{{Own}}"{{more}}}""");

        var refused = await NextAsync(Own, Ack(first, ""","result":"late" """));

        Assert.Equal((410, "lease_expired", state), (refused.Status, refused.Text("error"), refused.Text("task_state")));
        Assert.Equal((state, "open"), (await StateAsync(first), await StateAsync(second)));
    }

    [Theory]
    [InlineData("[]", "invalid_object")]
    [InlineData("\"6b1b5f1e-0000-4000-8000-000000000000\"", "invalid_object")]
    [InlineData("{}", "missing_field")]
    [InlineData("""{"message_id":7}""", "invalid_string")]
    [InlineData("""{"message_id":"x","metadata":[]}""", "invalid_object")]
    [InlineData("""{"message_id":"x","result":" "}""", "invalid_string")]
    [InlineData("""{"message_id":"x","files":[{"name":"a","bytes":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]}""", "invalid_file")]
    public async Task An_ack_of_another_form_is_refused(string ack, string code)
    {
        await caller.PostAsync(channel, "one");

        var refused = await NextAsync(Own, $$""", "ack": {{ack}}""");

        Assert.Equal((422, code), (refused.Status, refused.Text("error")));
        Assert.True((await NextAsync(Own)).Json.GetProperty("message").ValueKind == JsonValueKind.Object);
    }

    private static string Ack(string message, string more = "") => $$""", "ack": {"message_id":"{{message}}"{{more}}}""";

    private static string Id(BusAnswer answer) => answer.Json.GetProperty("message").Text("id");

    private Task<BusAnswer> NextAsync(string session, string more = "", string? key = null) =>
        caller.SendAsync("POST", Routes.ClaimNext, $$"""{"session":"{{session}}","channels":["lane"]{{more}}}""", key);

    private async Task<string> StateAsync(string message) =>
        (await caller.SendAsync("GET", $"/v1/messages/{message}")).Json.GetProperty("task").Text("state");
}
