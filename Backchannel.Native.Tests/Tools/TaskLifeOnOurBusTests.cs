using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Options, failures and cancellations through the tools, on our own bus.</summary>
public sealed class TaskLifeOnOurBusTests : OwnBusTests
{
    [Fact]
    public async Task A_task_without_options_gets_five_attempts()
    {
        var poster = Agent("poster");

        var task = await poster.PostAsync("jobs", "add");

        Assert.Equal(5, (await LifeOfAsync(poster, task)).MaxAttempts);
    }

    [Fact]
    public async Task Options_reach_the_bus_and_numbers_may_be_text()
    {
        var poster = Agent("poster");

        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"urgent","priority":"9","max_attempts":"2"}""");
        var life = await LifeOfAsync(poster, posted.Text("message_id"));

        Assert.Equal((9, 2), (life.Priority, life.MaxAttempts));
    }

    [Fact]
    public async Task An_answer_to_a_message_names_it()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "first");

        await worker.CallAsync("broadcast", $$"""{"channel":"news","content":"about it","reply_to":"{{first}}"}""");
        var second = (await worker.CallAsync("post_task", $$"""{"channel":"jobs","content":"second","reply_to":"{{first}}"}""")).Text("message_id");

        var channel = await poster.Client.GetChannelAsync("news", CancellationToken.None);
        var news = await poster.Client.ListMessagesAsync(channel.Id, new(), CancellationToken.None);
        Assert.Equal(first, Assert.Single(news.Data).ReplyTo);
        Assert.Equal(first, (await LifeOfAsync(poster, second)).ReplyTo);
    }

    [Fact]
    public async Task Who_is_shown_an_answer_to_a_message_sees_which_one_it_answers()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = (await poster.CallAsync("broadcast", """{"channel":"news","content":"first"}""")).Text("message_id");
        var second = (await poster.CallAsync("post_task", $$"""{"channel":"jobs","content":"second","reply_to":"{{first}}"}""")).Text("message_id");
        await worker.CallAsync("broadcast", $$"""{"channel":"news","content":"third","reply_to":"{{second}}"}""");

        var open = await poster.CallAsync("await_result", $$"""{"message_id":"{{second}}","timeout_seconds":0}""");
        var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{second}}"],"timeout_seconds":0}""");
        var listed = await worker.CallAsync("subscribe", """{"channel":"news"}""");
        var claimed = await worker.ClaimAsync("jobs");
        var mine = await worker.CallAsync("my_tasks", "{}");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{second}}","result":"5"}""");
        var done = await poster.CallAsync("await_result", $$"""{"message_id":"{{second}}"}""");

        Assert.All(
            [open, several.GetProperty("results")[0], claimed, done, mine.GetProperty("mine")[0], mine.GetProperty("posted")[0]],
            shown => Assert.Equal((first, false), (shown.Text("reply_to"), shown.Has("thread"))));
        var messages = listed.GetProperty("data");
        Assert.False(messages[0].Has("reply_to"));
        Assert.Equal((second, first), (messages[1].Text("reply_to"), messages[1].Text("thread")));
    }

    [Fact]
    public async Task A_message_of_a_broadcast_channel_is_told_as_no_task()
    {
        var poster = Agent("poster");
        var message = (await poster.CallAsync("broadcast", """{"channel":"news","content":"x"}""")).Text("message_id");
        var task = await poster.PostAsync("jobs", "x");

        (string Tool, string More)[] calls =
        [
            ("await_result", ""), ("cancel_task", ""), ("release_task", ""), ("fail_task", ""","reason":"no" """),
            ("update_task", ""","note":"x" """), ("update_task", ""","percent":5"""), ("update_task", ""","reopen":true"""),
        ];
        foreach (var (tool, more) in calls)
        {
            Assert.Contains(
                $"Message {message} is a broadcast message, which is no task: nobody claims or answers it.\nsubscribe reads its channel.",
                await poster.FailAsync(tool, $$"""{"message_id":"{{message}}"{{more}}}"""),
                StringComparison.Ordinal);
        }

        var both = await poster.CallAsync("await_result", $$"""{"message_ids":["{{message}}","{{task}}"],"until":"all","timeout_seconds":0}""");
        var results = both.GetProperty("results");
        Assert.Equal(("unknown", "open"), (results[0].Text("status"), results[1].Text("status")));
        Assert.StartsWith("This is a broadcast message", results[0].Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_tells_failed_cancelled_and_waiting_tasks_from_open_ones()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var failed = await poster.PostAsync("jobs", "failed");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("fail_task", $$"""{"message_id":"{{failed}}","reason":"no","retry":false}""");
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{await poster.PostAsync("jobs", "cancelled")}}"}""");
        await poster.CallAsync("post_task", """{"channel":"jobs","content":"waiting","delay_seconds":60}""");
        await poster.PostAsync("jobs", "open");

        var read = await poster.CallAsync("subscribe", """{"channel":"jobs"}""");

        Assert.All(read.GetProperty("data").EnumerateArray(), message => Assert.Equal(message.Text("content"), message.Text("state")));
        Assert.Equal(
            """{"open":1,"claimed":0,"acknowledged":0,"waiting":1,"failed":1,"cancelled":1}""", read.GetProperty("tasks").GetRawText());
    }

    [Fact]
    public async Task A_delayed_task_waits_and_says_until_when()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));

        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"later","delay_seconds":60}""");
        var early = await worker.ClaimAsync("jobs");
        Time.Advance(TimeSpan.FromSeconds(61));
        var claimed = await worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");

        Assert.Equal("waiting", posted.Text("status"));
        Assert.StartsWith("It waits until 20", posted.Text("next")[posted.Text("next").IndexOf("It waits", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.False(early.GetProperty("claimed").GetBoolean());
        Assert.Equal("later", claimed.Text("content"));
    }

    [Fact]
    public async Task A_task_opens_once_what_it_depends_on_is_done()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "first");
        var second = await poster.CallAsync("post_task", $$"""{"channel":"jobs","content":"second","depends_on":"[\"{{first}}\"]"}""");

        await worker.ClaimAsync("jobs");
        var none = await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"5"}""");
        var claimed = await worker.ClaimAsync("jobs");

        Assert.Contains("It waits for the tasks that it depends on", second.Text("next"), StringComparison.Ordinal);
        Assert.False(none.GetProperty("claimed").GetBoolean());
        Assert.Equal("second", claimed.Text("content"));
    }

    [Fact]
    public async Task An_option_that_the_bus_refuses_names_it()
    {
        var refusal = await Agent("poster").FailAsync(
            "post_task", """{"channel":"jobs","content":"x","depends_on":["6b1b5f1e-0000-4000-8000-000000000000"]}""");

        Assert.Contains("[422 invalid_dependency]", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_attempt_keeps_its_reason_and_the_last_one_fails_the_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = (await poster.CallAsync("post_task", """{"channel":"jobs","content":"x","max_attempts":2}""")).Text("message_id");
        await worker.ClaimAsync("jobs");

        var first = await worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk","retry_after_seconds":"0"}""");
        await worker.ClaimAsync("jobs");
        var second = await worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"still no disk"}""");
        var life = await LifeOfAsync(poster, task);

        Assert.Equal(("open", "Attempt 1 of 2 failed. The next one can start now."), (first.Text("status"), first.Text("note")));
        Assert.Equal("failed", second.Text("status"));
        Assert.Contains("failed for good", second.Text("note"), StringComparison.Ordinal);
        Assert.Equal(["no disk", "still no disk"], life.Attempts!.Select(attempt => attempt.Reason));
        Assert.False((await Agent("other").ClaimAsync("jobs")).GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task A_failure_without_retry_fails_the_task_at_once()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "divide by zero");
        await worker.ClaimAsync("jobs");

        var failed = await worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"nobody can","retry":"false"}""");
        var late = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal("failed", failed.Text("status"));
        Assert.Contains($"Task {task} has failed", late, StringComparison.Ordinal);
        Assert.Contains("Nothing was reported", late, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_after_a_failure_is_told_with_its_end()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");

        var failed = await worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"busy"}""");

        Assert.Equal("waiting", failed.Text("status"));
        Assert.Matches(@"^Attempt 1 of 5 failed\. The next one can start at 20\d\d-", failed.Text("note"));
    }

    [Fact]
    public async Task The_poster_hears_how_the_last_attempt_ended_and_what_comes_next()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = (await poster.CallAsync("post_task", """{"channel":"jobs","content":"x","max_attempts":3}""")).Text("message_id");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        var released = await LookAsync();
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk.","retry_after_seconds":0}""");
        var failed = await LookAsync();
        await worker.ClaimAsync("jobs");
        await worker.Catalog.ReleaseHeldAsync();
        var gone = await LookAsync();
        var other = Agent("other");
        await other.ClaimAsync("jobs");
        await other.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"still no disk"}""");
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","reopen":true}""");
        var reopened = await LookAsync();
        await other.ClaimAsync("jobs");
        await other.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"full","retry_after_seconds":60}""");
        var waiting = await LookAsync();

        Assert.Equal("worker had it and gave it back. It waits for the next worker.", released);
        Assert.Equal("Attempt 1 of 3 by worker failed: no disk. It waits for the next worker.", failed);
        Assert.StartsWith("Attempt 2 of 3 by worker ended with its worker's process", gone, StringComparison.Ordinal);
        Assert.Equal("It was reopened after 3 attempts; the last one by other failed: still no disk. It waits for the next worker.", reopened);
        Assert.StartsWith("Attempt 1 of 3 by other failed: full. The next attempt can start at 20", waiting, StringComparison.Ordinal);

        async Task<string> LookAsync()
        {
            var one = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
            var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{task}}"],"timeout_seconds":0}""");
            var posted = (await poster.CallAsync("my_tasks", "{}")).GetProperty("posted")[0];
            Assert.StartsWith(several.GetProperty("results")[0].Text("note"), one.Text("note"), StringComparison.Ordinal);
            Assert.Equal(several.GetProperty("results")[0].Text("note"), posted.Text("reason"));
            return one.Text("note");
        }
    }

    [Theory]
    [InlineData("failed", "409 task_failed", "has failed")]
    [InlineData("cancelled", "409 task_cancelled", "was cancelled by poster")]
    public async Task An_ack_of_a_task_that_has_ended_says_when_and_why(string end, string code, string words)
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");
        await (end == "failed"
            ? worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk","retry":false}""")
            : poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"no disk"}"""));

        foreach (var tool in (string[])["ack_task", "release_task", "fail_task"])
        {
            var more = tool == "fail_task" ? ""","reason":"x" """ : "";
            var refusal = await Agent("other").FailAsync(tool, $$"""{"message_id":"{{task}}"{{more}}}""");

            Assert.StartsWith($"Backchannel error [{code}]: Task {task} {words} at 20", refusal, StringComparison.Ordinal);
            Assert.Contains(": no disk.", refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ack_task", "")]
    [InlineData("fail_task", ""","reason":"no" """)]
    public async Task Who_does_not_hold_a_task_neither_ends_nor_fails_it(string tool, string more)
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "x");

        var open = await other.FailAsync(tool, $$"""{"message_id":"{{task}}"{{more}}}""");
        await worker.ClaimAsync("jobs");
        var held = await other.FailAsync(tool, $$"""{"message_id":"{{task}}"{{more}}}""");

        Assert.Contains($"Nobody holds task {task}: it is open, and nothing was reported.", open, StringComparison.Ordinal);
        Assert.Contains($"then call {tool} again", open, StringComparison.Ordinal);
        Assert.Contains($"worker holds task {task}", held, StringComparison.Ordinal);
        Assert.Empty((await LifeOfAsync(poster, task)).Attempts ?? []);
    }

    [Fact]
    public async Task A_cancelled_task_is_claimed_by_nobody_and_a_second_cancel_says_what_stands()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");

        var cancelled = await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"not needed"}""");
        var again = await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal("cancelled", cancelled.Text("status"));
        Assert.False(cancelled.Has("note"));
        Assert.Matches("^It was cancelled by poster at .*: not needed. This changed nothing.$", again.Text("note"));
        Assert.False((await worker.ClaimAsync("jobs")).GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task A_done_task_and_one_of_another_key_are_not_cancelled()
    {
        var (poster, worker, stranger) = (Agent("poster"), Agent("worker"), Stranger("stranger"));
        var done = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{done}}","result":"5"}""");
        var open = await poster.PostAsync("jobs", "y");

        var late = await poster.FailAsync("cancel_task", $$"""{"message_id":"{{done}}"}""");
        var foreign = await stranger.FailAsync("cancel_task", $$"""{"message_id":"{{open}}"}""");

        Assert.Contains($"Task {done} is done: worker acknowledged it at", late, StringComparison.Ordinal);
        Assert.Contains("await_result gives you its result", late, StringComparison.Ordinal);
        Assert.Contains("only who posted it, or made its channel, can cancel it", foreign, StringComparison.Ordinal);
        Assert.Equal(open, (await worker.ClaimAsync("jobs")).Text("message_id"));
    }

    [Theory]
    [InlineData("ack_task", "", "Nothing was reported")]
    [InlineData("fail_task", ""","reason":"no" """, "The failure was not kept")]
    [InlineData("release_task", "", "It was not given back")]
    public async Task The_worker_of_a_cancelled_task_is_told_when_it_ends_it(string tool, string more, string consequence)
    {
        // Its own clock stands still: it does not hear of the cancellation before.
        var (poster, worker) = (Agent("poster"), Agent("worker", new FakeTimeProvider()));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"not needed"}""");

        var refusal = await worker.FailAsync(tool, $$"""{"message_id":"{{task}}"{{more}}}""");
        var next = await worker.CallAsync("list_channels", "{}");

        Assert.Contains($"Task {task} was cancelled by poster at", refusal, StringComparison.Ordinal);
        Assert.Contains($": not needed. {consequence}.\nStop working on it.", refusal, StringComparison.Ordinal);
        Assert.False(next.Has("note"));
    }

    [Fact]
    public async Task The_worker_of_a_cancelled_task_is_told_once_with_whatever_it_calls_next()
    {
        var clock = new SignallingTimeProvider();
        var (poster, worker) = (Agent("poster"), Agent("worker", clock));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");

        // The session shows itself to the bus a moment after its claim. Its next renewal is a hundred seconds away.
        clock.Advance(await clock.TimerAsync(static pause => pause == TimeSpan.FromMilliseconds(200)));
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"not needed"}""");
        var deadline = Deadline.Token();
        JsonElement told;
        do
        {
            deadline.ThrowIfCancellationRequested();
            told = await worker.CallAsync("list_channels", "{}");
        }
        while (!told.Has("note"));

        var after = await worker.CallAsync("list_channels", "{}");
        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal($"Task {task}, which you hold, was cancelled: not needed. Stop working on it.", told.Text("note"));
        Assert.False(after.Has("note"));
        Assert.Contains($"Task {task} was cancelled by poster", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_carries_the_news_of_a_cancelled_task_too()
    {
        var clock = new SignallingTimeProvider();
        var (poster, worker) = (Agent("poster"), Agent("worker", clock));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}"}""");

        clock.Advance(await clock.TimerAsync(static pause => pause == TimeSpan.FromSeconds(100)));
        var deadline = Deadline.Token();
        string refusal;
        do
        {
            deadline.ThrowIfCancellationRequested();
            refusal = await worker.FailAsync("subscribe", """{"channel":"6b1b5f1e-0000-4000-8000-000000000000"}""");
        }
        while (!refusal.Contains("was cancelled", StringComparison.Ordinal));

        Assert.EndsWith($"\nTask {task}, which you hold, was cancelled. Stop working on it.", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claim_task", """{"channel":"jobs","wait_seconds":50}""")]
    [InlineData("await_result", """{"message_id":"OTHER"}""")]
    [InlineData("await_result", """{"message_ids":["OTHER"]}""")]
    [InlineData("subscribe", """{"channel":"news","wait_seconds":50}""")]
    public async Task The_cancellation_of_a_held_task_ends_a_wait_and_is_told_at_once(string tool, string arguments)
    {
        // Neither clock goes on, so no wait ends by itself.
        var clock = new SignallingTimeProvider();
        var (poster, worker) = (Agent("poster"), Agent("worker", clock));
        await poster.CallAsync("broadcast", """{"channel":"news","content":"x"}""");
        var since = (await worker.CallAsync("subscribe", """{"channel":"news"}""")).Text("next_cursor");
        var other = (await poster.CallAsync("post_task", """{"channel":"others","content":"x"}""")).Text("message_id");
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");
        clock.Advance(await clock.TimerAsync(static pause => pause == TimeSpan.FromMilliseconds(200)));
        var waiting = worker.CallAsync(tool, arguments.Replace("OTHER", other, StringComparison.Ordinal)
            .Replace("\"wait", tool == "subscribe" ? $"\"since\":\"{since}\",\"wait" : "\"wait", StringComparison.Ordinal));
        if (tool == "claim_task")
        {
            await WaitingAsync(poster, "jobs");
        }

        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"not needed"}""");

        var told = await waiting.Within();
        Assert.Contains($"Task {task}, which you hold, was cancelled: not needed. Stop working on it.", told.Text("note"), StringComparison.Ordinal);
        Assert.DoesNotContain("You still hold", told.Text("note"), StringComparison.Ordinal);
        Assert.Equal("next", await NextAsync());

        async Task<string> NextAsync()
        {
            await poster.PostAsync("jobs", "next");
            return (await worker.ClaimAsync("jobs")).Text("content");
        }
    }

    [Theory]
    [InlineData("done", "worker reported it as done at .*, and no result of it is stored any more\\.", "The work was done")]
    [InlineData("failed", "It has failed at .*: no disk\\. The task has expired since then\\.", "Post it again if it still matters.")]
    [InlineData("cancelled", "It was cancelled by poster at .*: not needed\\. The task has expired since then\\.", null)]
    [InlineData("open", "Its time was over before anybody reported it as done\\.", "Post it again if it still matters.")]
    public async Task What_a_task_ended_as_is_told_after_its_time_is_over(string end, string note, string? next)
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        await EndAsync(poster, worker, task, end);
        Time.Advance(TimeSpan.FromDays(2));

        var one = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{task}}"]}""");

        foreach (var shown in (JsonElement[])[one, several.GetProperty("results")[0]])
        {
            Assert.Equal("expired", shown.Text("status"));
            Assert.Matches($"^{note}$", shown.Text("note"));
        }

        Assert.StartsWith(next ?? "none", one.Has("next") ? one.Text("next") : "none", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_lives_longer_than_its_task_is_still_handed_over()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        var expiry = DateTimeOffset.Parse(
            (await poster.Client.GetMessageAsync(task, after: null, TimeSpan.Zero, CancellationToken.None)).Message.ExpiresAt, System.Globalization.CultureInfo.InvariantCulture);
        Time.Advance(expiry - Time.GetUtcNow() - TimeSpan.FromMinutes(1));
        await EndAsync(poster, worker, task, "done");
        Time.Advance(TimeSpan.FromMinutes(2));

        var one = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{task}}"]}""");

        foreach (var shown in (JsonElement[])[one, several.GetProperty("results")[0]])
        {
            Assert.Equal(("acknowledged", "worker", "5"), (shown.Text("status"), shown.Text("acknowledged_by"), shown.GetProperty("result").Text("content")));
        }
    }

    [Fact]
    public async Task Listings_show_states_and_counts() => await ListedStates.RequireAsync(Agent("poster"), Agent("worker"));

    [Fact]
    public async Task A_clean_exit_counts_as_an_attempt_and_a_release_does_not()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "x");
        await other.ClaimAsync("jobs");
        await other.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        await worker.ClaimAsync("jobs");

        await worker.Catalog.ReleaseHeldAsync();
        var life = await LifeOfAsync(poster, task);

        Assert.Equal(["released", "session_ended"], life.Attempts!.Select(attempt => attempt.Outcome));
        Assert.Equal((TaskStates.Open, 1), (life.State, life.AttemptsUsed));
    }

    [Theory]
    [InlineData("post_task", """ "channel":"jobs","content" """)]
    [InlineData("ack_task", """ "message_id":"TASK","result" """)]
    [InlineData("fail_task", """ "message_id":"TASK","reason" """)]
    public async Task What_is_longer_than_a_request_may_be_is_told_as_refused(string tool, string arguments)
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");

        var refusal = await worker.FailAsync(tool, $$"""{{{arguments.Replace("TASK", task, StringComparison.Ordinal)}}:"{{new string('x', 3_000_000)}}"}""");

        Assert.Contains("request_too_large", refusal, StringComparison.Ordinal);
        Assert.Equal("claimed", (await LifeOfAsync(poster, task)).State);
    }

    [Fact]
    public async Task A_claim_that_nobody_was_told_of_is_no_attempt()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        using var call = new CancellationTokenSource();
        await worker.CallAsync("claim_task", """{"channel":"jobs"}""", cancellationToken: call.Token);

        // As when a call is cancelled while its answer is on the way.
        await call.CancelAsync();
        await worker.Catalog.ReleaseHeldAsync();

        Assert.Equal(0, (await LifeOfAsync(poster, task)).AttemptsUsed);
    }

    private static async Task EndAsync(ToolAgent poster, ToolAgent worker, string task, string end)
    {
        if (end is "done" or "failed")
        {
            await worker.ClaimAsync("jobs");
        }

        await (end switch
        {
            "done" => worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}"""),
            "failed" => worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk","retry":false}"""),
            "cancelled" => poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"not needed"}"""),
            _ => Task.FromResult(default(JsonElement)),
        });
    }

    private static async Task WaitingAsync(ToolAgent agent, string channel)
    {
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested;)
        {
            var workers = await agent.Client.Connection.SendAsync(
                BusRequest.Get(RouteTemplates.ChannelWorkers.Replace("{channel}", channel, StringComparison.Ordinal)), AnswerJson.Default.ChannelWorkers, CancellationToken.None);
            if (workers.Waiting.Count == 1)
            {
                return;
            }
        }

        Assert.Fail("Nobody waits.");
    }

    private static async Task<TaskView> LifeOfAsync(ToolAgent agent, string task) =>
        (await agent.Client.GetMessageAsync(task, after: null, TimeSpan.Zero, CancellationToken.None)).Task!;
}
