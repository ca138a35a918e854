using Backchannel.Native.Tests.Support;
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

    private static async Task<string> ClaimAsync(BusCaller caller, string message, string actor) =>
        (await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"{{actor}}"}""")).Text("lease_token");

    private static Task<BusAnswer> AcknowledgeAsync(BusCaller caller, string message, string actor, string lease) =>
        caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"{{actor}}","lease_token":"{{lease}}"}""");
}
