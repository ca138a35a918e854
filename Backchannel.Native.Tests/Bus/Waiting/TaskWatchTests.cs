using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Waiting;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class TaskWatchTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Whoever_waits_for_many_tasks_gets_those_that_changed()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var tasks = await PostAsync(caller, 100);
        var waiting = WaitAsync(caller, tasks);

        await caller.SendAsync("POST", $"/v1/messages/{tasks[41]}/claim", "{}");

        var changed = Assert.Single((await waiting.Within()).Json.GetProperty("tasks").EnumerateArray());
        Assert.Equal((tasks[41], 1L), (changed.GetProperty("message").Text("id"), changed.GetProperty("version").GetInt64()));
        Assert.Equal("claimed", changed.GetProperty("task").Text("state"));
    }

    [Fact]
    public async Task All_that_changed_since_they_were_seen_are_answered_at_once()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var tasks = await PostAsync(caller, 3);
        await caller.SendAsync("POST", $"/v1/messages/{tasks[0]}/claim", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{tasks[2]}/ack", "{}");

        var answer = await WaitAsync(caller, tasks).Within();

        Assert.Equal([tasks[0], tasks[2]], answer.Json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("message").Text("id")));
    }

    [Fact]
    public async Task Task_without_a_version_is_answered_at_once()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var task = Assert.Single(await PostAsync(caller, 1));

        var answer = await caller.SendAsync("POST", "/v1/tasks/wait", $$"""{"tasks":[{"id":"{{task}}"}],"wait":25}""");

        Assert.Equal(0, Assert.Single(answer.Json.GetProperty("tasks").EnumerateArray()).GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Unknown_and_foreign_tasks_are_answered_by_an_error_each()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var owner = await BusCaller.MintAsync(bus, "owner");
        var lane = await owner.SendAsync("POST", "/v1/channels", """{"name":"own","mode":"claimable","access":"restricted"}""");
        var hidden = await owner.PostAsync(lane.Text("id"), "secret");
        var task = Assert.Single(await PostAsync(caller, 1));

        var answer = await WaitAsync(caller, ["nonsense", task, hidden]);

        Assert.Equal(
            [("nonsense", "message_not_found"), (hidden, "channel_access_denied")],
            answer.Json.GetProperty("tasks").EnumerateArray().Select(entry => (entry.Text("id"), entry.Text("error"))));
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("message")]
    [InlineData("channel")]
    public async Task Removal_ends_the_wait_with_an_error_for_that_task(string what)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var (kept, channel) = (Assert.Single(await PostAsync(caller, 1)), await caller.CreateAsync("doomed"));
        var task = await caller.PostAsync(channel, "one");
        var waiting = WaitAsync(caller, [kept, task]);

        await caller.SendAsync("DELETE", what == "message" ? $"/v1/messages/{task}" : $"/v1/channels/{channel}");

        var gone = Assert.Single((await waiting.Within()).Json.GetProperty("tasks").EnumerateArray());
        Assert.Equal((task, "message_not_found"), (gone.Text("id"), gone.Text("error")));
    }

    [Theory]
    [InlineData("""{}""", "missing_field")]
    [InlineData("""{"tasks":[]}""", "invalid_field")]
    [InlineData("""{"tasks":"x"}""", "invalid_field")]
    [InlineData("""{"tasks":["x"]}""", "invalid_field")]
    [InlineData("""{"tasks":[{"version":1}]}""", "invalid_field")]
    [InlineData("""{"tasks":[{"id":7}]}""", "invalid_string")]
    [InlineData("""{"tasks":[{"id":"x","version":-1}]}""", "invalid_field")]
    [InlineData("""{"tasks":[{"id":"x","version":"1"}]}""", "invalid_field")]
    [InlineData("""{"tasks":[{"id":"x"}],"wait":-1}""", "invalid_field")]
    [InlineData("""{"tasks":[{"id":"x"}],"wait":"5"}""", "invalid_field")]
    [InlineData("""{"tasks":[{"id":"x"}],"wait":1e999}""", "invalid_field")]
    public async Task Wait_of_the_wrong_form_is_refused(string body, string error)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var refused = await caller.SendAsync("POST", "/v1/tasks/wait", body);

        Assert.Equal((422, error), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task Wait_for_101_tasks_is_refused()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var refused = await WaitAsync(caller, [.. Enumerable.Range(0, 101).Select(number => $"task-{number}")]);

        Assert.Equal((422, "invalid_field"), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task Answer_that_would_be_too_long_leaves_the_rest_to_the_next()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxMessageBytes = 1_000_000 });
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        List<string> tasks = [];
        for (var i = 0; i < 3; i++)
        {
            tasks.Add(await caller.PostAsync(channel, new string('x', 900_000)));
        }

        var ids = string.Join(',', tasks.Select(task => $$"""{"id":"{{task}}"}"""));
        var answer = await caller.SendAsync("POST", "/v1/tasks/wait", $$"""{"tasks":[{{ids}}]}""");

        Assert.Equal(2, answer.Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Result_comes_along_where_it_is_asked_for()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var task = Assert.Single(await PostAsync(caller, 1));
        await caller.SendAsync("POST", $"/v1/messages/{task}/claim", """{"actor":"worker"}""");
        await caller.SendAsync("POST", $"/v1/messages/{task}/ack", """{"actor":"nobody"}""");
        await caller.SendAsync("POST", $"/v1/messages/{task}/ack", """{"actor":"worker","result":"5"}""");

        var without = await WaitAsync(caller, [task]);
        var with = await caller.SendAsync("POST", "/v1/tasks/wait", $$"""{"tasks":[{"id":"{{task}}"}],"results":true}""");

        Assert.False(without.Json.GetProperty("tasks")[0].TryGetProperty("result", out _));
        Assert.Equal("5", with.Json.GetProperty("tasks")[0].GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Wait_without_a_change_ends_empty_and_no_earlier()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = place.WatchAllAsync([new(place.First.Id, 0)], Wait);
        Assert.Equal(Wait, await place.WatchTime.FirstTimer.Within());

        place.WatchTime.Advance(Wait - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        place.WatchTime.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(await waiting.Within());
    }

    [Fact]
    public async Task Task_that_expires_during_the_wait_is_told_at_its_end()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = place.WatchAllAsync([new(place.First.Id, 0)], Wait);
        await place.WatchTime.FirstTimer.Within();

        place.WatchTime.Advance(TimeSpan.FromDays(2));

        Assert.Contains("message_expired", System.Text.Encoding.UTF8.GetString(Assert.Single(await waiting.Within()).Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_before_the_place_among_the_waiters_was_taken_is_found_by_the_second_look()
    {
        using var place = await WaitingPlace.CreateAsync();
        place.WatchTime.AtTimer(place.Claim);

        Assert.Single(await place.WatchAllAsync([new(place.First.Id, 0)], Wait).Within());
    }

    [Fact]
    public async Task Change_of_another_task_of_the_channel_costs_no_read()
    {
        using var place = await WaitingPlace.CreateAsync();
        var other = await place.PostAsync("other");
        var waiting = place.WatchAllAsync([new(place.First.Id, 0), new(other.Id, 0)], Wait);
        await place.WatchTime.FirstTimer.Within();
        for (var i = 0; i < 10; i++)
        {
            await place.PostAsync("another");
        }

        place.Claim();
        await waiting.Within();

        // Each read asks for the time once: the first two looks, and the one that found the change.
        Assert.Equal(3, place.WatchTime.Asked);
    }

    [Fact]
    public async Task One_request_takes_one_place_among_the_waiters()
    {
        using var place = await WaitingPlace.CreateAsync(maxWaiters: 1);
        var other = await place.PostAsync("other");
        var waiting = place.WatchAllAsync([new(place.First.Id, 0), new(other.Id, 0)], Wait);
        await place.WatchTime.FirstTimer.Within();

        Assert.Empty(await place.WatchAllAsync([new(place.First.Id, 0)], Wait).Within());
        Assert.False(waiting.IsCompleted);
        place.Signals.Close();
        Assert.Empty(await waiting.Within());
    }

    private static async Task<IReadOnlyList<string>> PostAsync(BusCaller caller, int count)
    {
        var channel = await caller.CreateAsync("lane");
        List<string> tasks = [];
        for (var i = 0; i < count; i++)
        {
            tasks.Add(await caller.PostAsync(channel, $"{i}"));
        }

        return tasks;
    }

    private static Task<BusAnswer> WaitAsync(BusCaller caller, IReadOnlyList<string> tasks) => caller.SendAsync(
        "POST", "/v1/tasks/wait", $$"""{"tasks":[{{string.Join(',', tasks.Select(task => $$"""{"id":"{{task}}","version":0}"""))}}],"wait":25}""");
}
