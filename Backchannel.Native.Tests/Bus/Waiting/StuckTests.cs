using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>The tasks that wait for a person, as <c>GET /v1/lanes</c> tells them with the lanes.</summary>
[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class StuckTests
{
    [Fact]
    public async Task Open_questions_come_first_then_failed_tasks_of_each_the_keys_own_lanes_and_the_latest_change()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var other = await BusCaller.MintAsync(bus, "other");
        var (own, ownToo, others) = (await owner.CreateAsync("own"), await owner.CreateAsync("own-too"), await other.CreateAsync("others"));
        await FailAsync(owner, own, "own failed");
        await FailAsync(owner, ownToo, "own-too failed");
        await AskAsync(owner, own, "own asks");
        await AskAsync(owner, own, "own asks again");
        await AnswerAsync(owner, await AskAsync(owner, own, "own was answered"));
        await owner.PostAsync(own, "open");
        await FailAsync(other, others, "others failed");
        await AskAsync(other, others, "others ask");

        Assert.Equal(["own asks again", "own asks", "others ask", "own-too failed", "own failed", "others failed"], await StuckAsync(owner, "5"));
        Assert.Equal(["others ask", "own asks again", "others failed", "own-too failed"], await StuckAsync(other, "2"));
        Assert.Empty(await StuckAsync(owner, "0"));
    }

    /// <remarks>Anybody may post into an open channel, and fail there as often as they like.</remarks>
    [Fact]
    public async Task Strangers_push_neither_the_tasks_that_a_key_posted_out_nor_those_of_its_lanes_by_lanes_of_their_own()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var poster = await BusCaller.MintAsync(bus, "poster");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var lane = await owner.CreateAsync("pool");
        await FailAsync(poster, lane, "posted, failed");
        await AskAsync(poster, lane, "posted, asks");
        for (var i = 0; i < 3; i++)
        {
            await FailAsync(stranger, lane, "noise failed");
            await AskAsync(stranger, lane, "noise asks");
            var noise = await stranger.CreateAsync($"noise {i}");
            await FailAsync(stranger, noise, "foreign failed");
            await AskAsync(stranger, noise, "foreign asks");
        }

        Assert.Equal(["posted, asks", "foreign asks", "posted, failed", "foreign failed"], await StuckAsync(poster, "2"));
        Assert.Equal(["noise asks", "noise asks", "noise asks", "posted, asks", "noise failed", "noise failed", "noise failed", "posted, failed"], await StuckAsync(owner, "4"));
        Assert.True((await poster.SendAsync("GET", "/v1/lanes?stuck=1")).Json.GetProperty("stuck")[0].GetProperty("mine").GetBoolean());
        Assert.False((await owner.SendAsync("GET", "/v1/lanes?stuck=1")).Json.GetProperty("stuck")[0].TryGetProperty("mine", out _));
    }

    [Fact]
    public async Task Lanes_that_the_key_is_not_shown_stay_out_and_whoever_does_not_ask_gets_none()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var other = await BusCaller.MintAsync(bus, "other");
        var hidden = (await owner.SendAsync("POST", "/v1/channels", """{"name":"hidden","mode":"claimable","discoverable":false}""")).Text("id");
        var closed = (await owner.SendAsync("POST", "/v1/channels", """{"name":"closed","mode":"claimable","access":"restricted"}""")).Text("id");
        await AskAsync(owner, hidden, "hidden asks");
        await FailAsync(owner, closed, "closed failed");

        Assert.Equal(["hidden asks", "closed failed"], await StuckAsync(owner, "20"));
        Assert.Empty(await StuckAsync(other, "20"));
        Assert.False((await owner.SendAsync("GET", "/v1/lanes")).Json.TryGetProperty("stuck", out _));
        Assert.False((await owner.SendAsync("GET", "/v1/lanes?stuck=")).Json.TryGetProperty("stuck", out _));
    }

    [Fact]
    public async Task A_reopened_and_an_expired_task_are_stuck_no_more()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var reopened = await FailAsync(caller, lane, "reopened");
        await FailAsync(caller, lane, "expires");
        Assert.Equal(["expires", "reopened"], await StuckAsync(caller, "5"));

        await caller.SendAsync("POST", $"/v1/messages/{reopened}/reopen");
        Assert.Equal(["expires"], await StuckAsync(caller, "5"));

        time.Advance(TimeSpan.FromDays(2));
        Assert.Empty(await StuckAsync(caller, "5"));
    }

    private static async Task<string> FailAsync(BusCaller caller, string lane, string content)
    {
        var task = await PostAsync(caller, lane, content);
        await caller.FailTaskAsync(task, await caller.ClaimTaskAsync(task));
        return task;
    }

    private static async Task<string> AskAsync(BusCaller caller, string lane, string content)
    {
        var task = await PostAsync(caller, lane, content);
        await caller.AskAboutTaskAsync(task, await caller.ClaimTaskAsync(task));
        return task;
    }

    private static Task<string> PostAsync(BusCaller caller, string lane, string content) =>
        caller.PostTaskAsync(lane, $$"""{"content":"{{content}}","priority":6}""");

    private static async Task AnswerAsync(BusCaller caller, string task) =>
        Assert.InRange((await caller.SendAsync("POST", $"/v1/messages/{task}/notes", """{"kind":"answer","text":"This one."}""")).Status, 200, 201);

    /// <returns>The contents.</returns>
    private static async Task<IEnumerable<string>> StuckAsync(BusCaller caller, string most)
    {
        var answer = await caller.SendAsync("GET", $"/v1/lanes?stuck={most}");
        Assert.Equal(200, answer.Status);
        return answer.Json.GetProperty("stuck").EnumerateArray().Select(static row => row.Text("content"));
    }
}
