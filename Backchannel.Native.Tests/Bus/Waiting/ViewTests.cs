using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>What people look at: lanes, lists of tasks, workers, and what changes.</summary>
[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class ViewTests
{
    [Fact]
    public async Task A_lane_tells_how_many_tasks_are_in_each_state()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var tasks = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            tasks.Add(await caller.PostTaskAsync(lane, $$"""{"content":"task {{i}}"}"""));
        }

        await caller.PostTaskAsync(lane, $$"""{"content":"later","delay_seconds":600}""");
        await caller.AckTaskAsync(tasks[1], isHeld: false);
        await caller.ClaimTaskAsync(tasks[2]);
        await caller.AckTaskAsync(tasks[2]);
        var lease = await caller.ClaimTaskAsync(tasks[3]);
        await caller.AskAboutTaskAsync(tasks[3], lease);
        await caller.ClaimTaskAsync(tasks[4]);
        await caller.SendAsync("POST", $"/v1/messages/{tasks[5]}/cancel", """{"reason":"not needed"}""");
        lease = await caller.ClaimTaskAsync(tasks[6]);
        await caller.FailTaskAsync(tasks[6], lease);

        var shown = Assert.Single(await LanesAsync(caller));
        var failed = Assert.Single((await caller.SendAsync("GET", $"/v1/channels/{lane}/tasks?state=failed")).Json.GetProperty("data").EnumerateArray());

        Assert.Equal("worker", failed.GetProperty("holder").Text("name"));
        Assert.Equal("""{"open":1,"claimed":2,"waiting":1,"failed":1,"cancelled":1,"questions":1,"done":2}""", Counts(shown));
        Assert.Equal((8L, 2L), (Sum(shown, "posts"), Sum(shown, "acks")));
        Assert.Equal(60, shown.GetProperty("posts").GetArrayLength());
        var oldest = await caller.SendAsync("GET", $"/v1/messages/{tasks[0]}");
        Assert.Equal(oldest.Json.GetProperty("message").Text("created_at"), shown.Text("oldest_open_at"));
        Assert.True(shown.GetProperty("own").GetBoolean());
    }

    [Fact]
    public async Task A_key_is_shown_neither_hidden_channels_of_others_nor_channels_of_results()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var other = await BusCaller.MintAsync(bus, "other");
        var hidden = (await owner.SendAsync("POST", "/v1/channels", """{"name":"hidden","mode":"claimable","discoverable":false}""")).Text("id");
        await owner.SendAsync("POST", "/v1/channels", """{"name":"closed","mode":"claimable","access":"restricted"}""");
        var task = await owner.PostAsync(hidden, "a secret plan");
        await owner.SendAsync("POST", $"/v1/messages/{task}/ack", """{"result":"a secret result"}""");
        var cursor = (await other.SendAsync("GET", "/v1/lanes")).Text("cursor");
        await owner.PostAsync(hidden, "another secret plan");

        Assert.Equal(["closed", "hidden"], (await LanesAsync(owner)).Select(lane => lane.Text("name")).Order());
        Assert.Empty(await LanesAsync(other));
        Assert.Empty((await other.SendAsync("GET", "/v1/workers")).Json.GetProperty("ended").EnumerateArray());
        Assert.Empty((await other.SendAsync("GET", "/v1/search?q=secret")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(2, (await owner.SendAsync("GET", "/v1/search?q=secret")).Json.GetProperty("data").GetArrayLength());
        var changes = (await other.SendAsync("GET", $"/v1/changes?after={cursor}")).Json;
        Assert.Equal("""[] []""", $"{changes.GetProperty("lanes").GetRawText()} {changes.GetProperty("tasks").GetRawText()}");

        // Who has to do with a channel is shown it.
        await other.PostTaskAsync(hidden, """{"content":"mine"}""");
        Assert.Equal("hidden", Assert.Single(await LanesAsync(other)).Text("name"));
    }

    /// <remarks>A cursor of a further page told whether a hidden row had the word: one post and some searches spelled hidden words.</remarks>
    [Fact]
    public async Task A_search_tells_nothing_of_rows_that_the_key_is_not_shown()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var other = await BusCaller.MintAsync(bus, "other");
        var hidden = (await owner.SendAsync("POST", "/v1/channels", """{"name":"closed","mode":"claimable","access":"restricted"}""")).Text("id");
        var own = await other.CreateAsync("own");
        for (var i = 0; i < 3; i++)
        {
            await owner.PostAsync(hidden, $"kryptonwerke {i}");
        }

        await other.PostTaskAsync(own, """{"content":"kryptonwerke too"}""");
        for (var i = 0; i < 3; i++)
        {
            await owner.PostAsync(hidden, $"kryptonwerke {i}");
        }

        var found = await other.SendAsync("GET", "/v1/search?q=krypton&limit=1");

        Assert.Single(found.Json.GetProperty("data").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, found.Json.GetProperty("next_cursor").ValueKind);
        Assert.Equal(6, (await owner.SendAsync("GET", "/v1/search?q=krypton")).Json.GetProperty("data").EnumerateArray().Count(hit => hit.GetProperty("task").Text("channel_id") == hidden));
    }

    [Fact]
    public async Task Nobody_pushes_the_channels_of_others_out_of_their_views()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var lane = await caller.CreateAsync("mine");
        await caller.PostAsync(lane, "my own words");
        for (var i = 0; i < 210; i++)
        {
            await stranger.SendAsync("POST", "/v1/channels", $$"""{"name":"c{{i}}","mode":"claimable","access":"{{(i % 2 == 0 ? "restricted" : "open")}}","discoverable":true}""");
        }

        Assert.Equal("mine", (await LanesAsync(caller))[0].Text("name"));
        Assert.Single((await caller.SendAsync("GET", "/v1/search?q=own")).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Only_what_an_acknowledging_worker_published_is_found_as_a_result()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var forger = await BusCaller.MintAsync(bus, "forger");
        var lane = await caller.CreateAsync("work");
        var task = await caller.PostTaskAsync(lane, """{"content":"pay the invoice"}""");
        var forged = await forger.CreateAsync($"result-of-{task}", "broadcast");
        await forger.SendAsync("POST", $"/v1/channels/{forged}/aliases", $$"""{"alias":"result-of-{{task}}"}""");
        await forger.PostAsync(forged, "to mallory");
        var other = await caller.PostTaskAsync(lane, """{"content":"another"}""");
        await caller.SendAsync("POST", $"/v1/messages/{other}/ack", """{"actor":"worker","result":"truly done"}""");

        Assert.Empty((await caller.SendAsync("GET", "/v1/search?q=mallory")).Json.GetProperty("data").EnumerateArray());
        var found = Assert.Single((await WhenEnteredAsync(caller, "truly").Within()).EnumerateArray());
        Assert.Equal((other, "result"), (found.GetProperty("task").Text("id"), found.Text("found_in")));
    }

    [Fact]
    public async Task A_cursor_tells_nothing_and_cannot_be_made()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var first = (await caller.SendAsync("GET", "/v1/lanes")).Text("cursor");
        var second = (await caller.SendAsync("GET", "/v1/lanes")).Text("cursor");

        Assert.NotEqual(first[..16], second[..16]);
        Assert.NotEqual(first[16..48], second[16..48]);
        var changed = first[..^1] + (first[^1] == '0' ? '1' : '0');
        Assert.True((await caller.SendAsync("GET", $"/v1/changes?after={changed}")).Json.GetProperty("reset").GetBoolean());
        Assert.False((await caller.SendAsync("GET", $"/v1/changes?after={first}")).Json.GetProperty("reset").GetBoolean());
    }

    [Theory]
    [InlineData("open", "4 2 0")]
    [InlineData("acknowledged", "3 1")]
    [InlineData("claimed", "5")]
    [InlineData(null, "5 4 3 2 1 0")]
    public async Task Tasks_of_a_state_are_listed_from_the_newest_on_in_pages(string? state, string expected)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        for (var i = 0; i < 6; i++)
        {
            var task = await caller.PostTaskAsync(lane, $$"""{"content":"{{i}}","priority":{{1 + (i * 4 % 9)}}}""");
            if (i is 3 or 5)
            {
                await caller.ClaimTaskAsync(task);
            }

            if (i is 1 or 3)
            {
                await caller.AckTaskAsync(task, isHeld: i == 3);
            }
        }

        var found = new List<string>();
        var cursor = "";
        do
        {
            var page = (await caller.SendAsync("GET", $"/v1/channels/{lane}/tasks?limit=2&state={state}&cursor={Uri.EscapeDataString(cursor)}".Replace("&state=&", "&"))).Json;
            found.AddRange(page.GetProperty("data").EnumerateArray().Select(row => row.Text("content")));
            cursor = page.GetProperty("next_cursor").GetString() ?? "";
        }
        while (cursor.Length > 0);

        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public async Task Who_looks_on_is_told_of_each_change_of_a_task()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var cursor = (await caller.SendAsync("GET", "/v1/lanes")).Text("cursor");
        var states = new List<string>();

        var task = "";
        await Seen(async () => task = await caller.PostTaskAsync(lane, """{"content":"new"}"""));
        var lease = "";
        await Seen(async () => lease = await caller.ClaimTaskAsync(task));
        await Seen(() => caller.AskAboutTaskAsync(task, lease));
        await Seen(() => caller.AckTaskAsync(task));

        Assert.Equal(["open ", "claimed ", "claimed Which one?", "acknowledged "], states);

        async Task Seen(Func<Task> change)
        {
            var waiting = caller.SendAsync("GET", $"/v1/changes?after={cursor}&wait=20");
            await change();
            var answer = (await waiting.Within()).Json;
            cursor = answer.Text("cursor");
            Assert.Equal(lane, Assert.Single(answer.GetProperty("lanes").EnumerateArray()).GetString());
            var row = Assert.Single(answer.GetProperty("tasks").EnumerateArray());
            Assert.Equal(task.Length == 0 ? row.Text("id") : task, row.Text("id"));
            states.Add($"{row.Text("state")} {row.GetProperty("question").GetString()}");
        }
    }

    [Fact]
    public async Task Who_looks_on_is_told_of_a_new_lane_before_its_first_task()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var cursor = (await caller.SendAsync("GET", "/v1/lanes")).Text("cursor");
        var waiting = caller.SendAsync("GET", $"/v1/changes?after={cursor}&wait=20");

        var lane = await caller.CreateAsync("work");

        Assert.Equal(lane, Assert.Single((await waiting.Within()).Json.GetProperty("lanes").EnumerateArray()).GetString());
    }

    /// <summary>What is counted goes from memory to the disk now and then. A look between the two must find it in one of them, and in one only.</summary>
    [Fact]
    public async Task The_posts_of_a_lane_never_become_fewer_while_they_are_stored()
    {
        const int Posts = 300;
        await using var bus = await TestBus.StartAsync(static options => options with { MinuteInterval = TimeSpan.FromMilliseconds(1) });
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var posting = Task.Run(async () =>
        {
            for (var i = 0; i < Posts; i++)
            {
                await caller.PostTaskAsync(lane, """{"content":"new"}""");
            }
        });
        List<long> seen = [0];
        while (!posting.IsCompleted)
        {
            seen.Add(Sum(Assert.Single(await LanesAsync(caller)), "posts"));
        }

        await posting;

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(Posts, Sum(Assert.Single(await LanesAsync(caller)), "posts"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("000000000000.1.1")]
    public async Task A_cursor_of_another_process_is_answered_with_a_reset_and_a_new_one(string cursor)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.CreateAsync("work");

        var answer = await caller.SendAsync("GET", $"/v1/changes?after={cursor}&wait=20").Within();

        Assert.True(answer.Json.GetProperty("reset").GetBoolean());
        var next = await caller.SendAsync("GET", $"/v1/changes?after={answer.Text("cursor")}");
        Assert.False(next.Json.GetProperty("reset").GetBoolean());
    }

    [Fact]
    public async Task Who_looks_on_is_let_go_when_the_bus_stops()
    {
        var time = new SignallingTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var cursor = (await caller.SendAsync("GET", "/v1/lanes")).Text("cursor");
        var waiting = caller.SendAsync("GET", $"/v1/changes?after={cursor}&wait=19");
        await time.TimerAsync(wait => wait == TimeSpan.FromSeconds(19));

        await bus.Server.StopAsync().Within();

        Assert.Empty((await waiting.Within()).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Workers_that_hold_tasks_and_tasks_that_ended_are_listed()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var held = await caller.PostTaskAsync(lane, """{"content":"held"}""");
        var done = await caller.PostTaskAsync(lane, """{"content":"done"}""");
        await caller.SendAsync("POST", $"/v1/messages/{held}/claim-with-lease", """{"actor":"bob","lease_seconds":60}""");
        await caller.AckTaskAsync(done, isHeld: false);

        var workers = (await caller.SendAsync("GET", "/v1/workers")).Json;

        var holder = Assert.Single(workers.GetProperty("holding").EnumerateArray());
        Assert.Equal((lane, "bob", held, "held"), (holder.Text("channel_id"), holder.Text("actor"), holder.Text("message_id"), holder.Text("content")));
        Assert.Equal(done, Assert.Single(workers.GetProperty("ended").EnumerateArray()).Text("id"));
    }

    [Fact]
    public async Task Who_holds_a_task_and_has_not_been_seen_lately_is_told_as_such()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.ClaimTaskAsync(await caller.PostTaskAsync(await caller.CreateAsync("work"), """{"content":"held"}"""));

        var first = await HolderAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        var later = await HolderAsync();

        Assert.Equal((false, true), (first, later));

        async Task<bool> HolderAsync() =>
            Assert.Single((await caller.SendAsync("GET", "/v1/workers")).Json.GetProperty("holding").EnumerateArray()).GetProperty("silent").GetBoolean();
    }

    [Fact]
    public async Task A_lane_with_unfinished_tasks_is_shown_however_many_newer_ones_the_key_has()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var oldest = await caller.CreateAsync("oldest");
        await caller.PostAsync(oldest, "a forgotten word");
        foreach (var names in Enumerable.Range(0, 1_000).Chunk(50))
        {
            await Task.WhenAll(names.Select(i => caller.CreateAsync($"c{i}")));
        }

        await caller.CreateAsync("c1000");

        var answer = (await caller.SendAsync("GET", "/v1/lanes")).Json;

        var lanes = answer.GetProperty("lanes").EnumerateArray().Select(static lane => lane.Text("name")).ToList();
        Assert.Equal((1_000, "oldest", "c1000", true), (lanes.Count, lanes[0], lanes[1], answer.GetProperty("more").GetBoolean()));
        Assert.Equal("a forgotten word", (await WhenEnteredAsync(caller, "forgotten"))[0].GetProperty("task").Text("content"));
    }

    [Fact]
    public async Task A_task_that_is_open_again_has_changed_when_its_attempt_ended()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var task = await caller.PostTaskAsync(lane, """{"content":"tried"}""");
        time.Advance(TimeSpan.FromSeconds(40));
        var lease = await caller.ClaimTaskAsync(task);
        await caller.FailTaskAsync(task, lease);

        Assert.Equal(200, (await caller.SendAsync("POST", $"/v1/messages/{task}/reopen")).Status);

        var row = Assert.Single((await caller.SendAsync("GET", $"/v1/channels/{lane}/tasks?state=open")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(40, (row.GetProperty("changed_at").GetDateTimeOffset() - row.GetProperty("created_at").GetDateTimeOffset()).TotalSeconds, tolerance: 0.01);
    }

    /// <summary>Results are found once their words are entered, which the bus does every two seconds.</summary>
    private static async Task<JsonElement> WhenEnteredAsync(BusCaller caller, string word)
    {
        while (true)
        {
            var data = (await caller.SendAsync("GET", $"/v1/search?q={word}")).Json.GetProperty("data");
            if (data.GetArrayLength() > 0)
            {
                return data;
            }
        }
    }

    private static async Task<List<JsonElement>> LanesAsync(BusCaller caller) =>
        [.. (await caller.SendAsync("GET", "/v1/lanes")).Json.GetProperty("lanes").EnumerateArray()];

    private static string Counts(JsonElement lane) =>
        $"{{{string.Join(',', ((string[])["open", "claimed", "waiting", "failed", "cancelled", "questions", "done"]).Select(name => $"\"{name}\":{lane.GetProperty(name).GetRawText()}"))}}}";

    private static long Sum(JsonElement lane, string name) => lane.GetProperty(name).EnumerateArray().Sum(value => value.GetInt64());
}
