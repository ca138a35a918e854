using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Rules;

public sealed class RepliesTests
{
    [Fact]
    public async Task Thread_is_the_first_message_of_a_chain_of_replies()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var (lane, news) = (await caller.CreateAsync("lane"), await caller.CreateAsync("news", "broadcast"));
        var first = await caller.PostAsync(lane, "first");

        var second = (await PostAsync(caller, news, $$"""{"content":"second","reply_to":"{{first}}"}""")).Json.GetProperty("message");
        var third = (await PostAsync(caller, lane, $$"""{"content":"third","reply_to":"{{second.Text("id")}}"}""")).Json.GetProperty("message");

        Assert.Equal((first, first), (second.Text("reply_to"), second.Text("thread")));
        Assert.Equal((second.Text("id"), first), (third.Text("reply_to"), third.Text("thread")));
        var listed = (await caller.SendAsync("GET", $"/v1/channels/{lane}/messages")).Json.GetProperty("data");
        Assert.False(listed[0].TryGetProperty("reply_to", out _));
        Assert.Equal(first, listed[1].Text("thread"));
        var task = (await caller.SendAsync("GET", $"/v1/messages/{third.Text("id")}")).Json.GetProperty("task");
        Assert.Equal(first, task.Text("thread"));
    }

    [Fact]
    public async Task Unknown_foreign_and_withdrawn_messages_are_refused_alike()
    {
        await using var bus = await TestBus.StartAsync();
        var (caller, owner) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "owner"));
        var hidden = (await owner.SendAsync("POST", "/v1/channels", """{"name":"own","mode":"claimable","access":"restricted"}""")).Text("id");
        var lane = await caller.CreateAsync("lane");
        var withdrawn = await caller.PostAsync(lane, "one");
        await caller.SendAsync("DELETE", $"/v1/messages/{withdrawn}");
        string[] ids = ["nonsense", "01a20efc-8990-41e2-aa5a-cc5537852e73", await owner.PostAsync(hidden, "secret"), withdrawn];

        List<BusAnswer> refusals = [];
        foreach (var id in ids)
        {
            refusals.Add(await PostAsync(caller, lane, $$"""{"content":"x","reply_to":"{{id}}"}"""));
        }

        Assert.All(refusals, refusal => Assert.Equal((422, "invalid_reply_to"), (refusal.Status, refusal.Text("error"))));
        Assert.Single(refusals.Select(refusal => refusal.Text("message")).Distinct());
        Assert.Empty((await caller.SendAsync("GET", $"/v1/channels/{lane}/messages")).Json.GetProperty("data").EnumerateArray());
    }

    private static Task<BusAnswer> PostAsync(BusCaller caller, string channel, string body) => caller.SendAsync("POST", $"/v1/channels/{channel}/tasks", body);
}
