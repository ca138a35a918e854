using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class TaskLifeEndpointsTests : IAsyncLifetime
{
    private const string Session = "a-secret-of-one-process";

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private TestBus bus = null!;
    private BusCaller poster = null!;
    private BusCaller worker = null!;
    private string lane = "";

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync(static options => options, time);
        (poster, worker) = (await BusCaller.MintAsync(bus, "poster"), await BusCaller.MintAsync(bus, "worker"));
        lane = await poster.CreateAsync("lane");
    }

    public async Task DisposeAsync() => await bus.DisposeAsync();

    [Fact]
    public async Task A_task_without_options_is_a_message_like_any_other()
    {
        var posted = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", """{"content":"x"}""");
        var plain = await poster.SendAsync("POST", $"/v1/channels/{lane}/messages", """{"content":"x"}""");

        Assert.Equal((201, "open"), (posted.Status, posted.Text("state")));
        Assert.Equal(Names(plain.Json.GetProperty("message")), Names(posted.Json.GetProperty("message")));
    }

    [Fact]
    public async Task A_message_shows_the_options_that_its_post_named()
    {
        var first = await PostAsync("""{"content":"x"}""");

        var posted = await poster.SendAsync(
            "POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"x","priority":7,"delay_seconds":60,"depends_on":["{{first}}"],"max_attempts":3}""");

        var message = posted.Json.GetProperty("message");
        Assert.Equal("waiting", posted.Text("state"));
        Assert.Equal(
            ("7", "3", "2026-01-01T00:01:00", $"[\"{first}\"]"),
            (message.GetProperty("priority").GetRawText(), message.GetProperty("max_attempts").GetRawText(), message.GetProperty("not_before").GetString()![..19], message.GetProperty("depends_on").GetRawText()));
    }

    [Fact]
    public async Task Claims_take_the_highest_priority_then_the_oldest_and_listings_stay_in_order()
    {
        foreach (var (content, priority) in ((string, int)[])[("a", 1), ("b", 9), ("c", 5), ("d", 9), ("e", 5)])
        {
            await PostAsync($$"""{"content":"{{content}}","priority":{{priority}}}""");
        }

        var listed = await worker.SendAsync("GET", $"/v1/channels/{lane}/messages?status=unclaimed");
        var claimed = new List<string>();
        while ((await worker.SendAsync("POST", "/v1/tasks/claim", $$"""{"channel":"{{lane}}"}""", Guid.NewGuid().ToString())).Json.GetProperty("claimed") is { ValueKind: JsonValueKind.Object } task)
        {
            claimed.Add(task.GetProperty("content").GetString()!);
        }

        Assert.Equal("a b c d e", string.Join(' ', listed.Json.GetProperty("data").EnumerateArray().Select(static message => message.GetProperty("content").GetString())));
        Assert.Equal("b d c e a", string.Join(' ', claimed));
    }

    [Fact]
    public async Task A_delayed_task_opens_when_its_time_has_come()
    {
        var task = await PostAsync("""{"content":"x","delay_seconds":60}""");
        var early = await worker.SendAsync("POST", $"/v1/messages/{task}/claim", "{}");
        var listed = await worker.SendAsync("GET", $"/v1/channels/{lane}/messages?status=unclaimed");

        await PassAsync(61, task);

        Assert.Equal((409, "already_claimed", "waiting"), (early.Status, early.Text("error"), early.Text("task_state")));
        Assert.Equal(0, listed.Json.GetProperty("data").GetArrayLength());
        Assert.Equal(200, (await worker.SendAsync("POST", $"/v1/messages/{task}/claim", "{}")).Status);
    }

    [Fact]
    public async Task A_delay_that_outlasts_the_task_is_refused_with_both_times()
    {
        var refused = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", """{"content":"x","delay_seconds":604800}""");

        Assert.Equal((422, "invalid_delay", "2026-01-08T00:00:00"), (refused.Status, refused.Text("error"), refused.Text("not_before")[..19]));
        Assert.NotEmpty(refused.Text("expires_at"));
    }

    [Fact]
    public async Task A_task_opens_when_all_that_it_depends_on_is_acknowledged()
    {
        var (one, two) = (await PostAsync("""{"content":"1"}"""), await PostAsync("""{"content":"2"}"""));
        var last = await PostAsync($$"""{"content":"3","depends_on":["{{one}}","{{two}}","{{one}}"]}""");

        await FinishAsync(one, "acknowledged");
        var between = await StateAsync(last);
        await FinishAsync(two, "acknowledged");

        Assert.Equal(("waiting", "open"), (between, await StateAsync(last)));
    }

    [Theory]
    [InlineData("cancel", "cancelled", "was cancelled: not needed.")]
    [InlineData("fail", "failed", "has failed: no disk.")]
    [InlineData("remove", "cancelled", "was cancelled: it was removed from its channel.")]
    public async Task A_task_fails_with_all_behind_it_when_what_it_depends_on_ends_otherwise(string end, string state, string what)
    {
        var first = await PostAsync("""{"content":"1"}""");
        var second = await PostAsync($$"""{"content":"2","depends_on":["{{first}}"]}""");
        var third = await PostAsync($$"""{"content":"3","depends_on":["{{second}}"]}""");

        await (end switch
        {
            "cancel" => poster.SendAsync("POST", $"/v1/messages/{first}/cancel", """{"reason":"not needed"}"""),
            "fail" => FinishAsync(first, "failed", ",\"retry\":false,\"reason\":\"no disk\""),
            _ => poster.SendAsync("DELETE", $"/v1/messages/{first}"),
        });

        var (middle, last) = (await TaskAsync(second), await TaskAsync(third));
        Assert.Equal(("failed", $"Task {first}, which it depends on, {what}"), (middle.Text("state"), middle.Text("reason")));
        Assert.Equal(state, Assert.Single(middle.GetProperty("depends_on").EnumerateArray()).Text("state"));
        Assert.Equal(("failed", $"Task {second}, which it depends on, has failed: {middle.Text("reason")}"), (last.Text("state"), last.Text("reason")));
    }

    [Fact]
    public async Task Why_a_prerequisite_failed_is_kept_from_a_poster_that_may_not_read_it_any_more()
    {
        var restricted = (await worker.SendAsync("POST", "/v1/channels", """{"name":"own","mode":"claimable","access":"restricted"}""")).Text("id");
        await worker.SendAsync("POST", $"/v1/channels/{restricted}/members", $$"""{"key_id":"{{poster.KeyId}}"}""");
        var first = await worker.PostAsync(restricted, "secret");
        var second = await PostAsync($$"""{"content":"2","depends_on":["{{first}}"]}""");
        await worker.SendAsync("DELETE", $"/v1/channels/{restricted}/members/{poster.KeyId}");

        await worker.SendAsync("POST", $"/v1/messages/{first}/cancel", """{"reason":"a secret"}""");

        Assert.Equal($"Task {first}, which it depends on, was cancelled.", (await TaskAsync(second)).Text("reason"));
    }

    [Fact]
    public async Task A_task_fails_as_soon_as_the_time_of_what_it_depends_on_is_over()
    {
        await using var slow = await TestBus.StartAsync(static options => options with { ExpiryInterval = TimeSpan.Zero }, time);
        var caller = await BusCaller.MintAsync(slow, "a");
        var brief = (await caller.SendAsync("POST", "/v1/channels", """{"name":"brief","mode":"claimable","ttl_seconds":300}""")).Text("id");
        var first = await caller.PostAsync(brief, "1");
        var posted = await caller.SendAsync("POST", $"/v1/channels/{await caller.CreateAsync("lane")}/tasks", $$"""{"content":"2","depends_on":["{{first}}"]}""");
        var second = posted.Json.GetProperty("message").Text("id");
        time.Advance(TimeSpan.FromSeconds(299));
        var before = await LifeAsync();

        JsonElement life;
        for (var deadline = Deadline.Token(); (life = await LifeAsync()).Text("state") == "waiting" && !deadline.IsCancellationRequested;)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("waiting", before.Text("state"));
        Assert.Equal(("failed", $"Task {first}, which it depends on, has expired before it was done."), (life.Text("state"), life.Text("reason")));

        async Task<JsonElement> LifeAsync() => (await caller.SendAsync("GET", $"/v1/messages/{second}")).Json.GetProperty("task");
    }

    [Theory]
    [InlineData("acknowledged", "worker", null)]
    [InlineData("failed", "worker", "no disk")]
    [InlineData("cancelled", "poster", "not needed")]
    [InlineData("expired", null, null)]
    public async Task A_task_whose_time_is_over_says_to_its_readers_what_it_ended_as(string state, string? by, string? reason)
    {
        var restricted = (await poster.SendAsync("POST", "/v1/channels", """{"name":"own","mode":"claimable","access":"restricted"}""")).Text("id");
        await poster.SendAsync("POST", $"/v1/channels/{restricted}/members", $$"""{"key_id":"{{worker.KeyId}}"}""");
        var task = await poster.PostAsync(restricted, "x");
        var ended = state switch
        {
            "acknowledged" => await FinishAsync(task, state),
            "failed" => await FinishAsync(task, state, ",\"retry\":false,\"reason\":\"no disk\""),
            "cancelled" => await poster.SendAsync("POST", $"/v1/messages/{task}/cancel", """{"reason":"not needed"}"""),
            _ => null,
        };
        time.Advance(TimeSpan.FromDays(2));

        var read = await poster.SendAsync("GET", $"/v1/messages/{task}");
        var waited = await poster.SendAsync("POST", "/v1/tasks/wait", $$"""{"tasks":[{"id":"{{task}}"}]}""");
        var foreign = await (await BusCaller.MintAsync(bus, "stranger")).SendAsync("GET", $"/v1/messages/{task}");

        Assert.Equal(ended is null ? 0 : 200, ended?.Status ?? 0);
        Assert.Equal((410, "message_expired"), (read.Status, read.Text("error")));
        foreach (var view in (JsonElement[])[read.Json, Assert.Single(waited.Json.GetProperty("tasks").EnumerateArray())])
        {
            Assert.Equal((state, by, reason), (view.Text("task_state"), Optional(view, "ended_by"), Optional(view, "reason")));
            Assert.Equal(state != "expired", view.TryGetProperty("ended_at", out _));
        }

        Assert.Equal((410, false), (foreign.Status, foreign.Json.TryGetProperty("task_state", out _)));

        static string? Optional(JsonElement view, string name) => view.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    [Fact]
    public async Task A_strangers_task_and_an_unknown_id_are_the_same_to_who_depends_on_them()
    {
        var restricted = (await worker.SendAsync("POST", "/v1/channels", """{"name":"own","mode":"claimable","access":"restricted"}""")).Text("id");
        var foreign = await worker.PostAsync(restricted, "secret");

        var refusals = new List<string>();
        foreach (var id in (string[])[foreign, BusId.New(1)])
        {
            var refused = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"x","depends_on":["{{id}}"]}""");
            refusals.Add($"{refused.Status} {refused.Text("error")} {refused.Text("message")}");
        }

        Assert.Equal(refusals[0], refusals[1]);
        Assert.StartsWith("422 invalid_dependency", refusals[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_tasks_may_be_depended_on_and_a_hundred_and_one_are_refused()
    {
        List<string> ids = [];
        for (var number = 0; number < 101; number++)
        {
            ids.Add(await poster.PostAsync(lane, "x"));
        }

        var most = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", Body(ids[..100]));
        var more = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", Body(ids));

        Assert.Equal((201, 100), (most.Status, most.Json.GetProperty("message").GetProperty("depends_on").GetArrayLength()));
        Assert.Equal((422, "invalid_dependency"), (more.Status, more.Text("error")));

        static string Body(IReadOnlyList<string> ids) => $$"""{"content":"y","depends_on":[{{string.Join(',', ids.Select(static id => $"\"{id}\""))}}]}""";
    }

    /// <remarks>A task depends on what was there before it, and no request adds to that later.</remarks>
    [Fact]
    public async Task Tasks_cannot_be_made_to_wait_for_each_other()
    {
        const string Key = "one-post";
        var first = (await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", """{"content":"1"}""", Key)).Json.GetProperty("message").Text("id");
        var second = await PostAsync($$"""{"content":"2","depends_on":["{{first}}"]}""");

        var again = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"1","depends_on":["{{second}}"]}""", Key);
        var reopened = await poster.SendAsync("POST", $"/v1/messages/{first}/reopen", $$"""{"depends_on":["{{second}}"]}""");

        // The answer to the first post, which stands.
        Assert.Equal((201, first), (again.Status, again.Json.GetProperty("message").Text("id")));
        Assert.Equal(409, reopened.Status);
        Assert.Equal(("open", "waiting"), (await StateAsync(first), await StateAsync(second)));
        Assert.False((await TaskAsync(first)).TryGetProperty("depends_on", out _));
    }

    [Fact]
    public async Task Failed_attempts_are_tried_again_after_a_growing_pause_until_none_is_left()
    {
        var task = await PostAsync("""{"content":"x","max_attempts":3}""");
        var pauses = new List<string>();
        foreach (var reason in (string[])["one", "two"])
        {
            await FinishAsync(task, "failed", $$""","reason":"{{reason}}" """);
            pauses.Add((await TaskAsync(task)).GetProperty("not_before").GetString()![14..19]);
            await PassAsync(60, task);
        }

        await FinishAsync(task, "failed", ",\"reason\":\"three\"");

        var view = await TaskAsync(task);
        Assert.Equal(["00:10", "01:20"], pauses);
        Assert.Equal(("failed", "three", 3), (view.GetProperty("state").GetString(), view.GetProperty("reason").GetString(), view.GetProperty("attempts_used").GetInt32()));
        Assert.Equal(["one", "two", "three"], view.GetProperty("attempts").EnumerateArray().Select(static attempt => attempt.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_worker_that_says_nothing_uses_an_attempt_with_its_lease()
    {
        var task = await PostAsync("""{"content":"x","max_attempts":2}""");
        await ClaimAsync(task);
        await PassAsync(31, task);
        var once = await TaskAsync(task);
        await ClaimAsync(task);
        await PassAsync(31, task);

        var view = await TaskAsync(task);
        Assert.Equal(("open", "lease_ran_out"), (once.GetProperty("state").GetString(), once.GetProperty("attempts")[0].GetProperty("outcome").GetString()));
        Assert.Equal(("failed", false), (view.GetProperty("state").GetString(), view.TryGetProperty("ended_by", out _)));
    }

    [Fact]
    public async Task A_task_that_is_given_back_is_open_at_once_and_has_used_nothing()
    {
        var task = await PostAsync("""{"content":"x","max_attempts":1}""");

        var released = await FinishAsync(task, "released");

        Assert.Equal(("open", 0), (released.Text("status"), (await TaskAsync(task)).GetProperty("attempts_used").GetInt32()));
    }

    [Fact]
    public async Task The_end_of_a_workers_process_counts()
    {
        var task = await PostAsync("""{"content":"x","max_attempts":1}""");

        await FinishAsync(task, "session_ended");

        Assert.Equal("failed", await StateAsync(task));
    }

    [Fact]
    public async Task The_maximum_of_a_channel_holds_for_tasks_of_all_clients()
    {
        await poster.SendAsync("PUT", $"/v1/channels/{lane}/task-settings", """{"max_attempts":1}""");
        var refused = await worker.SendAsync("PUT", $"/v1/channels/{lane}/task-settings", """{"max_attempts":9}""");
        var task = await poster.PostAsync(lane, "x");

        await FinishAsync(task, "failed");

        Assert.Equal((403, "failed"), (refused.Status, await StateAsync(task)));
    }

    [Fact]
    public async Task Tasks_that_have_used_what_their_channel_allows_from_now_on_fail_at_once()
    {
        var (open, waiting, own, fresh) = (
            await PostAsync("""{"content":"open"}"""),
            await PostAsync("""{"content":"waiting"}"""),
            await PostAsync("""{"content":"own maximum","max_attempts":5}"""),
            await PostAsync("""{"content":"fresh"}"""));
        var behind = await PostAsync($$"""{"content":"behind","depends_on":["{{open}}"]}""");
        foreach (var task in (string[])[open, waiting, own])
        {
            await FinishAsync(task, "failed", ",\"reason\":\"one\",\"retry_after_seconds\":0");
            await FinishAsync(task, "failed", $",\"reason\":\"two\",\"retry_after_seconds\":{(task == waiting ? 60 : 0)}");
        }

        await SetMaximumAsync("3");
        var before = (await StateAsync(open), await StateAsync(waiting));
        await SetMaximumAsync("2");

        Assert.Equal(("open", "waiting"), before);
        Assert.Equal(("failed", "failed", "open", "open"), (await StateAsync(open), await StateAsync(waiting), await StateAsync(own), await StateAsync(fresh)));
        Assert.Equal("failed", await StateAsync(behind));
        var view = await TaskAsync(open);
        Assert.Equal("Its channel allows 2 attempts now, and it has used 2.", view.Text("reason"));
        Assert.Equal(["one", "two"], view.GetProperty("attempts").EnumerateArray().Select(static attempt => attempt.Text("reason")));
        Assert.Equal(409, (await worker.SendAsync("POST", $"/v1/messages/{open}/claim", "{}")).Status);
    }

    [Theory]
    [InlineData("acknowledged", "acknowledged")]
    [InlineData("released", "failed")]
    [InlineData("failed", "failed")]
    public async Task An_attempt_under_way_goes_on_when_the_maximum_is_lowered_and_is_the_last_one(string outcome, string state)
    {
        var task = await PostAsync("""{"content":"x"}""");
        await FinishAsync(task, "failed", ",\"retry_after_seconds\":0");
        await ClaimAsync(task);

        await SetMaximumAsync("1");
        var held = await StateAsync(task);
        await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","outcome":"{{outcome}}"}""");

        Assert.Equal(("claimed", state), (held, await StateAsync(task)));
    }

    [Theory]
    [InlineData("delayed")]
    [InlineData("dependent")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task Other_clients_see_a_task_that_nobody_can_take_in_plain_listings_alone(string kind)
    {
        var first = await PostAsync("""{"content":"first"}""");
        await worker.SendAsync("POST", $"/v1/messages/{first}/claim", "{}");
        var task = await PostAsync(kind switch
        {
            "delayed" => """{"content":"x","delay_seconds":60}""",
            "dependent" => $$"""{"content":"x","depends_on":["{{first}}"]}""",
            _ => """{"content":"x"}""",
        });
        if (kind == "failed")
        {
            await FinishAsync(task, "failed", ",\"retry\":false");
        }
        else if (kind == "cancelled")
        {
            await poster.SendAsync("POST", $"/v1/messages/{task}/cancel", "{}");
        }

        var state = kind is "failed" or "cancelled" ? kind : "waiting";
        var listing = worker.SendAsync("GET", $"/v1/channels/{lane}/messages?status=unclaimed&wait=20");
        await poster.SendAsync("POST", $"/v1/messages/{task}/notes", """{"kind":"comment","text":"x"}""");
        var taken = await worker.SendAsync("POST", "/v1/tasks/claim", $$"""{"channel":"{{lane}}"}""", Guid.NewGuid().ToString());
        var claims = new List<BusAnswer>();
        foreach (var way in (string[])["claim", "claim-with-lease"])
        {
            claims.Add(await worker.SendAsync("POST", $"/v1/messages/{task}/{way}", "{}"));
        }

        var plain = await worker.SendAsync("GET", $"/v1/channels/{lane}/messages");
        var open = await poster.PostAsync(lane, "open");
        var listed = await listing;
        var deleted = await poster.SendAsync("DELETE", $"/v1/messages/{task}");
        Assert.Equal(JsonValueKind.Null, taken.Json.GetProperty("claimed").ValueKind);
        Assert.All(claims, claim => Assert.Equal((409, "already_claimed", state), (claim.Status, claim.Text("error"), claim.Text("task_state"))));
        Assert.Equal([first, task], plain.Json.GetProperty("data").EnumerateArray().Select(static message => message.Text("id")));
        Assert.Equal([open], listed.Json.GetProperty("data").EnumerateArray().Select(static message => message.Text("id")));
        Assert.Equal((200, "retracted"), (deleted.Status, deleted.Text("status")));
    }

    [Fact]
    public async Task A_failed_task_is_reopened_by_its_poster_with_a_new_count()
    {
        var task = await PostAsync("""{"content":"x","max_attempts":1}""");
        await FinishAsync(task, "failed");
        var late = await FinishAsync(task, "acknowledged");

        var foreign = await worker.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");
        var reopened = await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");
        var again = await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");

        Assert.Equal((409, "task_failed"), (late.Status, late.Text("error")));
        Assert.Equal((403, 200, "open"), (foreign.Status, reopened.Status, reopened.Text("status")));
        Assert.Equal((409, "task_not_failed", "open"), (again.Status, again.Text("error"), again.Text("task_state")));
        Assert.Equal(1, (await TaskAsync(task)).GetProperty("attempts").GetArrayLength());
        Assert.Equal("acknowledged", (await FinishAsync(task, "acknowledged")).Text("status"));
    }

    [Fact]
    public async Task The_holder_of_a_cancelled_task_is_told_by_everything_that_it_asks()
    {
        var task = await PostAsync("""{"content":"x"}""");
        var lease = await ClaimAsync(task);
        var foreign = await worker.SendAsync("POST", $"/v1/messages/{task}/cancel", "{}");

        var cancelled = await poster.SendAsync("POST", $"/v1/messages/{task}/cancel", """{"reason":"No need."}""");

        var heartbeat = await worker.SendAsync("POST", $"/v1/leases/{lease}/heartbeat", "{}");
        var ack = await worker.SendAsync("POST", $"/v1/messages/{task}/ack", $$"""{"lease_token":"{{lease}}","result":"done"}""");
        var finish = await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","outcome":"acknowledged","result":"done"}""");
        Assert.Equal((403, 200, "cancelled"), (foreign.Status, cancelled.Status, cancelled.Text("status")));
        Assert.Equal((410, "lease_expired", "cancelled"), (heartbeat.Status, heartbeat.Text("error"), heartbeat.Text("task_state")));
        Assert.Equal((410, "lease_expired", "cancelled"), (ack.Status, ack.Text("error"), ack.Text("task_state")));
        Assert.Equal((409, "task_cancelled", "No need.", "poster"), (finish.Status, finish.Text("error"), finish.Text("reason"), finish.Text("ended_by")));
        Assert.Equal(404, (await poster.SendAsync("GET", $"/v1/channels/result-of-{task}/messages")).Status);
    }

    [Fact]
    public async Task A_broadcast_channel_takes_no_option_of_a_task()
    {
        var news = await poster.CreateAsync("news", "broadcast");

        var refused = await poster.SendAsync("POST", $"/v1/channels/{news}/tasks", """{"content":"x","priority":7}""");

        Assert.Equal((422, "invalid_field"), (refused.Status, refused.Text("error")));
    }

    [Theory]
    [InlineData("\"priority\":0")]
    [InlineData("\"priority\":10")]
    [InlineData("\"delay_seconds\":-1")]
    [InlineData("\"delay_seconds\":604801")]
    [InlineData("\"max_attempts\":101")]
    [InlineData("\"depends_on\":\"x\"")]
    [InlineData("\"depends_on\":[1]")]
    [InlineData("\"delay_seconds\":-604800")]
    [InlineData("\"delay_seconds\":1.5")]
    [InlineData("\"max_attempts\":0")]
    public async Task Options_out_of_range_are_refused_and_post_nothing(string option)
    {
        var refused = await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"x",{{option}}}""");

        Assert.Equal(422, refused.Status);
        Assert.Equal(0, (await poster.SendAsync("GET", $"/v1/channels/{lane}/messages")).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task The_history_the_metrics_and_the_operator_see_what_became_of_tasks()
    {
        var failed = await PostAsync("""{"content":"failed","max_attempts":1}""");
        await FinishAsync(failed, "failed");
        await PostAsync("""{"content":"waiting","delay_seconds":3600}""");
        var cancelled = await PostAsync("""{"content":"cancelled"}""");
        await poster.SendAsync("POST", $"/v1/messages/{cancelled}/cancel", "{}");

        var metrics = await poster.SendAsync("GET", $"/v1/channels/{lane}/metrics");
        var counters = (await poster.SendAsync("GET", "/metrics")).Body;
        time.Advance(TimeSpan.FromDays(1.5));
        var history = await poster.SendAsync("GET", $"/v1/channels/{lane}/history");

        Assert.Equal("""{"waiting":1,"failed":1,"cancelled":1}""", metrics.Json.GetProperty("task_counts").GetRawText());
        Assert.Contains("backchannel_task_events_total{event=\"task.failed\"} 1\n", counters, StringComparison.Ordinal);
        Assert.Contains("backchannel_task_events_total{event=\"task.cancelled\"} 1\n", counters, StringComparison.Ordinal);
        Assert.Equal(
            ["cancelled: cancelled", "failed: failed", "waiting: "],
            history.Json.GetProperty("data").EnumerateArray().Select(static message =>
                $"{message.Text("content")}: {(message.TryGetProperty("task_state", out var state) ? state.GetString() : "")}").Order());
    }

    [Fact]
    public async Task A_reopened_task_is_tried_again_without_what_had_ended_before()
    {
        var (one, two) = (await PostAsync("""{"content":"1"}"""), await PostAsync("""{"content":"2"}"""));
        var task = await PostAsync($$"""{"content":"3","depends_on":["{{one}}","{{two}}"]}""");
        await poster.SendAsync("POST", $"/v1/messages/{one}/cancel", "{}");
        await FinishAsync(two, "failed", ",\"retry\":false");
        await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");
        await FinishAsync(task, "failed");

        await poster.SendAsync("DELETE", $"/v1/messages/{two}");
        var pause = await StateAsync(task);
        await PassAsync(10, task);

        Assert.Equal(("waiting", "open"), (pause, await StateAsync(task)));
    }

    [Fact]
    public async Task A_lease_of_before_a_reopening_acknowledges_nothing()
    {
        var task = await PostAsync("""{"content":"x"}""");
        var lease = await ClaimAsync(task);
        await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","outcome":"failed","retry":false}""");
        await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");

        var late = await worker.SendAsync("POST", $"/v1/messages/{task}/ack", $$"""{"lease_token":"{{lease}}","result":"late"}""");

        Assert.Equal((410, "lease_expired", "open"), (late.Status, late.Text("error"), await StateAsync(task)));
    }

    [Fact]
    public async Task Taking_over_a_lease_that_ran_out_uses_an_attempt_as_a_claim_does()
    {
        await using var quiet = await TestBus.StartAsync(static options => options with { LeaseSweepInterval = TimeSpan.Zero }, time);
        var caller = await BusCaller.MintAsync(quiet, "a");
        var channel = await caller.CreateAsync("lane");
        var outcomes = new List<string>();
        foreach (var most in (int[])[2, 1])
        {
            var posted = await caller.SendAsync("POST", $"/v1/channels/{channel}/tasks", $$"""{"content":"x","max_attempts":{{most}}}""");
            var task = posted.Json.GetProperty("message").GetProperty("id").GetString()!;
            await caller.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"session":"{{Session}}","lease_seconds":30}""");
            time.Advance(TimeSpan.FromSeconds(31));

            var taken = await caller.SendAsync("POST", $"/v1/messages/{task}/take-over", """{"session":"a-secret-of-another-process"}""");

            var used = (await caller.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task").GetProperty("attempts_used").GetInt32();
            outcomes.Add($"{taken.Status}, {used} used");
        }

        Assert.Equal(["200, 1 used", "409, 0 used"], outcomes);
    }

    [Fact]
    public async Task Taking_over_from_sessions_that_are_gone_uses_attempts_and_after_the_last_one_the_task_fails()
    {
        var task = await PostAsync("""{"content":"x","max_attempts":2}""");
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"session":"{{Session}}","lease_seconds":300}""");
        var answers = new List<BusAnswer>();
        foreach (var session in (string[])["a-secret-of-process-2", "a-secret-of-process-3"])
        {
            time.Advance(TimeSpan.FromSeconds(11));
            answers.Add(await worker.SendAsync("POST", $"/v1/messages/{task}/take-over", $$"""{"session":"{{session}}","lease_seconds":300}"""));
        }

        var life = await TaskAsync(task);
        Assert.Equal([200, 409], answers.Select(static answer => answer.Status));
        Assert.Equal(
            ("task_failed", "failed", "The last attempt ended with the process of its worker."),
            (answers[1].Text("error"), answers[1].Text("task_state"), answers[1].Text("reason")));
        Assert.Equal(["session_ended", "session_ended"], life.GetProperty("attempts").EnumerateArray().Select(static attempt => attempt.Text("outcome")));
        Assert.Equal(("failed", 2), (life.Text("state"), life.GetProperty("attempts_used").GetInt32()));
    }

    [Fact]
    public async Task Taking_over_from_oneself_or_from_a_shell_uses_no_attempt()
    {
        var (own, shells) = (await PostAsync("""{"content":"x"}"""), await PostAsync("""{"content":"x"}"""));
        await ClaimAsync(own);
        await worker.SendAsync("POST", $"/v1/messages/{shells}/claim-with-lease", """{"session":"a-secret-of-a-shell","detached":true}""");

        foreach (var task in (string[])[own, shells])
        {
            var taken = await worker.SendAsync("POST", $"/v1/messages/{task}/take-over", $$"""{"session":"{{Session}}"}""");

            var attempt = Assert.Single((await TaskAsync(task)).GetProperty("attempts").EnumerateArray());
            Assert.Equal((200, "released"), (taken.Status, attempt.Text("outcome")));
        }
    }

    /// <summary>The last attempt of a task that is held goes on, whatever its channel allows by now.</summary>
    [Fact]
    public async Task Taking_over_from_oneself_goes_on_though_its_channel_allows_no_attempt_any_more()
    {
        var task = await PostAsync("""{"content":"x"}""");
        await ClaimAsync(task);
        await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","outcome":"failed","reason":"r","retry_after_seconds":0}""");
        await ClaimAsync(task);
        await SetMaximumAsync("1");

        var taken = await worker.SendAsync("POST", $"/v1/messages/{task}/take-over", $$"""{"session":"{{Session}}"}""");
        var done = await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","outcome":"acknowledged"}""");

        Assert.Equal((200, 200), (taken.Status, done.Status));
        Assert.Equal("acknowledged", (await TaskAsync(task)).Text("state"));
    }

    [Theory]
    [InlineData("release", "")]
    [InlineData("finish", ",\"outcome\":\"released\"")]
    public async Task What_is_given_back_for_a_session_that_is_gone_uses_an_attempt(string path, string more)
    {
        var task = await PostAsync("""{"content":"x"}""");
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"session":"{{Session}}","lease_seconds":300}""");
        time.Advance(TimeSpan.FromSeconds(11));

        var given = await worker.SendAsync("POST", $"/v1/messages/{task}/{path}", $$"""{"session":"a-secret-of-process-2"{{more}}}""");

        var life = await TaskAsync(task);
        Assert.Equal((200, "open", 1), (given.Status, life.Text("state"), life.GetProperty("attempts_used").GetInt32()));
        Assert.Equal("session_ended", Assert.Single(life.GetProperty("attempts").EnumerateArray()).Text("outcome"));
    }

    [Fact]
    public async Task A_claim_of_an_acknowledged_task_is_no_attempt_and_hides_none()
    {
        var (held, open) = (await PostAsync("""{"content":"1"}"""), await PostAsync("""{"content":"2"}"""));
        await ClaimAsync(held);
        foreach (var task in (string[])[held, open])
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await worker.SendAsync("POST", $"/v1/messages/{task}/ack", task == held ? $$"""{"session":"{{Session}}"}""" : "{}");
            await worker.SendAsync("POST", $"/v1/messages/{task}/release", "{}");
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("claimed", (await poster.SendAsync("POST", $"/v1/messages/{task}/claim", "{}")).Text("status"));
        }

        var attempt = Assert.Single((await TaskAsync(held)).GetProperty("attempts").EnumerateArray());
        Assert.Equal(("worker", "acknowledged"), (attempt.GetProperty("worker").Text("name"), attempt.Text("outcome")));
        Assert.False((await TaskAsync(open)).TryGetProperty("attempts", out _));
    }

    [Fact]
    public async Task Whether_to_try_again_is_said_of_failures_only()
    {
        var task = await PostAsync("""{"content":"x"}""");

        var ended = await FinishAsync(task, "session_ended", ",\"retry\":false");

        Assert.Equal("open", ended.Text("status"));
    }

    [Fact]
    public async Task A_pause_that_outlasts_the_task_is_refused_with_both_times_and_the_attempt_goes_on()
    {
        var (task, last) = (await PostAsync("""{"content":"x"}"""), await PostAsync("""{"content":"x","max_attempts":1}"""));

        var refused = await FinishAsync(task, "failed", ",\"retry_after_seconds\":604800");
        var held = await StateAsync(task);
        var taken = await FinishAsync(task, "failed", ",\"retry_after_seconds\":60");
        // No pause follows the last attempt.
        var final = await FinishAsync(last, "failed", ",\"retry_after_seconds\":604800");

        Assert.Equal((422, "invalid_delay", "2026-01-08T00:00:00"), (refused.Status, refused.Text("error"), refused.Text("not_before")[..19]));
        Assert.NotEmpty(refused.Text("expires_at"));
        Assert.Equal(("claimed", "waiting", "failed"), (held, taken.Text("status"), final.Text("status")));
    }

    [Fact]
    public async Task The_pause_of_the_bus_leaves_time_for_another_attempt_and_where_there_is_none_the_attempt_was_the_last()
    {
        var shortLane = (await poster.SendAsync("POST", "/v1/channels", """{"name":"short","mode":"claimable","ttl_seconds":300}""")).Text("id");
        var (soon, late) = (await poster.PostAsync(shortLane, "soon"), await poster.PostAsync(shortLane, "late"));
        time.Advance(TimeSpan.FromSeconds(265));

        await FinishAsync(soon, "failed", ",\"reason\":\"no tools\"");
        var readyAt = (await TaskAsync(soon)).Text("not_before");
        time.Advance(TimeSpan.FromSeconds(10));
        await FinishAsync(late, "failed", ",\"reason\":\"no tools\"");

        var view = await TaskAsync(late);
        Assert.Equal("2026-01-01T00:04:30", readyAt[..19]);
        Assert.Equal("failed", view.Text("state"));
        Assert.StartsWith("No time is left for another attempt: it expires at 2026-01-01T00:05:00", view.Text("reason"), StringComparison.Ordinal);
        Assert.EndsWith("The last one failed: no tools", view.Text("reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_reopened_waits_for_the_prerequisites_that_can_still_come()
    {
        var (lost, pending, done) = (await PostAsync("""{"content":"1"}"""), await PostAsync("""{"content":"2"}"""), await PostAsync("""{"content":"3"}"""));
        var task = await PostAsync($$"""{"content":"4","depends_on":["{{lost}}","{{pending}}","{{done}}"]}""");
        await poster.SendAsync("POST", $"/v1/messages/{lost}/cancel", "{}");
        await FinishAsync(done, "acknowledged");

        var reopened = await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");
        var early = await worker.SendAsync("POST", $"/v1/messages/{task}/claim", "{}");
        await FinishAsync(pending, "acknowledged", ",\"result\":\"two\"");
        var next = await worker.SendAsync("POST", "/v1/tasks/claim-next", $$"""{"session":"{{Session}}","channels":["{{lane}}"]}""");

        Assert.Equal((200, "waiting"), (reopened.Status, reopened.Text("status")));
        Assert.Equal((409, "waiting"), (early.Status, early.Text("task_state")));
        Assert.Equal(task, next.Json.GetProperty("message").Text("id"));
        var prerequisites = next.Json.GetProperty("prerequisites").EnumerateArray().ToList();
        Assert.Equal((lost, "cancelled", false), (prerequisites[0].Text("id"), prerequisites[0].Text("state"), prerequisites[0].TryGetProperty("result", out _)));
        Assert.Equal("two", prerequisites[1].GetProperty("result").Text("content"));
        Assert.False(prerequisites[2].TryGetProperty("state", out _));
    }

    [Fact]
    public async Task A_task_that_is_reopened_fails_again_when_what_it_waits_for_ends_otherwise_too()
    {
        var (lost, pending) = (await PostAsync("""{"content":"1"}"""), await PostAsync("""{"content":"2"}"""));
        var task = await PostAsync($$"""{"content":"3","depends_on":["{{lost}}","{{pending}}"]}""");
        await poster.SendAsync("POST", $"/v1/messages/{lost}/cancel", "{}");
        await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");

        await poster.SendAsync("POST", $"/v1/messages/{pending}/cancel", "{}");
        var failed = await TaskAsync(task);
        var again = await poster.SendAsync("POST", $"/v1/messages/{task}/reopen", """{"actor":"again"}""");

        Assert.Equal("failed", failed.Text("state"));
        Assert.Contains(pending, failed.Text("reason"), StringComparison.Ordinal);
        Assert.Equal("open", again.Text("status"));
    }

    [Fact]
    public async Task Attempts_and_notes_that_would_make_an_answer_too_long_are_counted_and_the_newest_shown()
    {
        var task = await PostAsync("""{"content":"x"}""");
        var reason = new string('r', 4_000);
        for (var i = 0; i < 140; i++)
        {
            await FinishAsync(task, "failed", $$""","retry_after_seconds":0,"reason":"{{i:000}}{{reason[3..]}}" """);
        }

        await ClaimAsync(task);
        await worker.SendAsync("POST", $"/v1/messages/{task}/notes", $$"""{"kind":"question","text":"Which?","session":"{{Session}}"}""");
        for (var i = 0; i < 140; i++)
        {
            await poster.SendAsync("POST", $"/v1/messages/{task}/notes", $$"""{"kind":"comment","text":"{{i:000}}{{reason[3..]}}"}""");
        }

        var view = await TaskAsync(task);
        var mine = await poster.SendAsync("POST", "/v1/tasks/mine", "{}");

        var (attempts, notes) = (view.GetProperty("attempts").EnumerateArray().ToList(), view.GetProperty("notes").EnumerateArray().ToList());
        Assert.InRange(view.GetRawText().Length, 900_000, 1_100_000);
        Assert.Equal((140, 141), (attempts.Count + view.GetProperty("attempts_left_out").GetInt32(), notes.Count + view.GetProperty("notes_left_out").GetInt32()));
        Assert.Equal(("139", "139"), (attempts[^1].Text("reason")[..3], notes[^1].Text("text")[..3]));
        Assert.Equal("Which?", notes[0].Text("text"));
        var own = mine.Json.GetProperty("posted")[0].GetProperty("task");
        Assert.Equal((137, 137), (own.GetProperty("attempts_left_out").GetInt32(), own.GetProperty("notes_left_out").GetInt32()));
    }

    private static IEnumerable<string> Names(JsonElement message) => message.EnumerateObject().Select(static member => member.Name);

    private async Task<string> PostAsync(string body) =>
        (await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", body)).Json.GetProperty("message").GetProperty("id").GetString()!;

    private async Task<string> ClaimAsync(string task) =>
        (await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"session":"{{Session}}","lease_seconds":30}""")).Text("lease_token");

    /// <summary>Claims a task and ends the attempt.</summary>
    [Theory]
    [InlineData("failed", ""","result":"done after all" """)]
    [InlineData("released", ""","result":"done after all" """)]
    [InlineData("session_ended", ""","result":"done after all" """)]
    [InlineData("failed", ""","result":"done","files":[{"name":"a","bytes":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    [InlineData("failed", ""","files":[{"name":"a","bytes":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    public async Task A_result_with_another_outcome_than_acknowledged_is_refused_and_changes_nothing(string outcome, string more)
    {
        var task = await PostAsync("""{"content":"x"}""");

        var refused = await FinishAsync(task, outcome, more);
        var state = await StateAsync(task);
        var without = await FinishAsync(task, outcome, ""","result":null,"files":[]""");

        Assert.Equal((422, "invalid_field", "claimed"), (refused.Status, refused.Text("error"), state));
        Assert.Contains("'acknowledged'", refused.Text("message"), StringComparison.Ordinal);
        Assert.Equal(200, without.Status);
    }

    private async Task<BusAnswer> FinishAsync(string task, string outcome, string more = "")
    {
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"session":"{{Session}}"}""");
        return await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","outcome":"{{outcome}}"{{more}}}""");
    }

    private async Task<JsonElement> TaskAsync(string task) =>
        (await poster.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task");

    private async Task<string> StateAsync(string task) => (await TaskAsync(task)).GetProperty("state").GetString()!;

    private Task<BusAnswer> SetMaximumAsync(string attempts) =>
        poster.SendAsync("PUT", $"/v1/channels/{lane}/task-settings", $$"""{"max_attempts":{{attempts}}}""");

    /// <summary>Lets time pass, and then second by second until the bus has done something to the task by itself.</summary>
    private async Task PassAsync(int seconds, string task)
    {
        var before = await VersionAsync(task);
        time.Advance(TimeSpan.FromSeconds(seconds));
        for (var second = 0; second < 20 && await VersionAsync(task) == before; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task<long> VersionAsync(string task) => (await poster.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("version").GetInt64();
}
