using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class OwnTaskEndpointsTests
{
    private const string Own = "the-secret-of-this-process";
    private const string Other = "the-secret-of-another-one";

    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };

    [Fact]
    public async Task Held_tasks_say_whose_they_are_the_own_ones_first()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var poster = await BusCaller.MintAsync(bus, "poster");
        var channel = await poster.CreateAsync("lane");
        var worker = await BusCaller.MintAsync(bus, "worker");
        var own = await ClaimAsync(worker, await PostAsync(poster, channel), $$"""{"session":"{{Own}}"}""");
        var gone = await ClaimAsync(worker, await PostAsync(poster, channel), $$"""{"session":"{{Own}}","detached":true}""");
        var living = await ClaimAsync(worker, await PostAsync(poster, channel), $$"""{"session":"{{Other}}"}""");
        await ClaimAsync(poster, await PostAsync(poster, channel), "{}");

        var mine = await MineAsync(worker, $$"""{"session":"{{Own}}"}""");

        Assert.Equal([(own, "own"), (gone, "gone"), (living, "living")], Held(mine));
        Assert.Equal((channel, "lane"), (Assert.Single(mine.GetProperty("lanes").EnumerateArray()).Text("channel"), mine.GetProperty("lanes")[0].Text("name")));
        Assert.Equal(4, mine.GetProperty("lanes")[0].GetProperty("workers").GetProperty("holding").GetArrayLength());
        Assert.Empty(mine.GetProperty("posted").EnumerateArray());
        Assert.False(mine.TryGetProperty("more", out _));
    }

    [Fact]
    public async Task Sessions_are_gone_some_seconds_after_their_last_sign_of_life()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var worker = await BusCaller.MintAsync(bus, "worker");
        var task = await ClaimAsync(worker, await PostAsync(worker, await worker.CreateAsync("lane")), $$"""{"session":"{{Other}}"}""");
        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal([(task, "gone")], Held(await MineAsync(worker, $$"""{"session":"{{Own}}"}""")));
    }

    [Fact]
    public async Task What_is_done_released_or_run_out_is_not_held()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var worker = await BusCaller.MintAsync(bus, "worker");
        var channel = await worker.CreateAsync("lane");
        var done = await ClaimAsync(worker, await PostAsync(worker, channel), "{}");
        await worker.SendAsync("POST", $"/v1/messages/{done}/ack", "{}");
        var released = await ClaimAsync(worker, await PostAsync(worker, channel), "{}");
        await worker.SendAsync("POST", $"/v1/messages/{released}/release", "{}");
        await ClaimAsync(worker, await PostAsync(worker, channel), """{"lease_seconds":30}""");
        time.Advance(TimeSpan.FromSeconds(30.5));

        Assert.Empty(Held(await MineAsync(worker, "{}")));
    }

    [Fact]
    public async Task Posted_tasks_come_with_what_waits_for_the_poster_first()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var poster = await BusCaller.MintAsync(bus, "poster");
        var channel = await poster.CreateAsync("lane");
        var asked = await ClaimAsync(poster, await PostAsync(poster, channel), $$"""{"session":"{{Own}}"}""");
        await poster.SendAsync("POST", $"/v1/messages/{asked}/notes", $$"""{"kind":"question","text":"Which unit?","session":"{{Own}}"}""");
        var open = await PostAsync(poster, channel);
        var done = await PostAsync(poster, channel);
        await poster.SendAsync("POST", $"/v1/messages/{done}/ack", "{}");
        await poster.PostAsync(channel, "no task of the new kind");

        var mine = await MineAsync(poster, "{}");

        Assert.Equal(
            [(asked, "claimed"), (open, "open"), (done, "acknowledged")],
            mine.GetProperty("posted").EnumerateArray().Select(entry => (entry.GetProperty("message").Text("id"), entry.GetProperty("task").Text("state"))));
        Assert.Equal("Which unit?", mine.GetProperty("posted")[0].GetProperty("task").GetProperty("notes")[0].Text("text"));
    }

    [Fact]
    public async Task Lists_are_bounded_and_say_so()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var poster = await BusCaller.MintAsync(bus, "poster");
        var channel = await poster.CreateAsync("lane");
        string last = "";
        for (var i = 0; i < 51; i++)
        {
            last = await PostAsync(poster, channel);
        }

        var mine = await MineAsync(poster, "{}");

        Assert.Equal((50, last), (mine.GetProperty("posted").GetArrayLength(), mine.GetProperty("posted")[0].GetProperty("message").Text("id")));
        Assert.Equal(["posted"], mine.GetProperty("more").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Own_task_is_first_whatever_else_the_key_holds()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var worker = await BusCaller.MintAsync(bus, "worker");
        var channel = await worker.CreateAsync("lane");
        var own = await ClaimAsync(worker, await PostAsync(worker, channel), $$"""{"session":"{{Own}}"}""");
        for (var i = 0; i < 60; i++)
        {
            await ClaimAsync(worker, await PostAsync(worker, channel), $$"""{"session":"{{Other}}"}""");
        }

        var held = Held(await MineAsync(worker, $$"""{"session":"{{Own}}"}"""));

        Assert.Equal((50, (own, "own")), (held.Count, held[0]));
    }

    [Fact]
    public async Task Task_on_a_channel_that_is_closed_to_its_poster_now_is_not_shown()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var creator = await BusCaller.MintAsync(bus, "creator");
        var channel = await creator.CreateAsync("lane");
        var poster = await BusCaller.MintAsync(bus, "poster");
        await PostAsync(poster, channel);
        await creator.SendAsync("PATCH", $"/v1/channels/{channel}", """{"access":"restricted"}""");

        var mine = await MineAsync(poster, "{}");

        Assert.Equal((0, 0), (mine.GetProperty("posted").GetArrayLength(), mine.GetProperty("lanes").GetArrayLength()));
    }

    private static async Task<string> PostAsync(BusCaller caller, string channel) =>
        (await caller.SendAsync("POST", $"/v1/channels/{channel}/tasks", """{"content":"one","max_attempts":5}""")).Json.GetProperty("message").Text("id");

    private static async Task<string> ClaimAsync(BusCaller caller, string task, string body)
    {
        Assert.Equal(200, (await caller.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", body)).Status);
        return task;
    }

    private static async Task<JsonElement> MineAsync(BusCaller caller, string body) => (await caller.SendAsync("POST", "/v1/tasks/mine", body)).Json;

    private static List<(string Id, string Session)> Held(JsonElement mine) =>
        [.. mine.GetProperty("held").EnumerateArray().Select(entry => (entry.GetProperty("message").Text("id"), entry.Text("session")))];
}
