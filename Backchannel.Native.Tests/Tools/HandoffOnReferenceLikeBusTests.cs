using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>The promises on a bus with the habits of the reference server, and what only those put to the test.</summary>
public sealed class HandoffOnReferenceLikeBusTests : HandoffTests
{
    private readonly SignallingTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.FromMicroseconds(300) };
    private LateStampingBus bus = null!;
    private int pauses;

    private protected override Uri Address => bus.Address;

    public override async Task InitializeAsync()
    {
        // A clock of whole milliseconds puts several messages on one time, also where a page ends.
        bus = await LateStampingBus.StartAsync(time, TimeSpan.FromMilliseconds(1));
        bus.Store.LateOneIn = 5;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await bus.DisposeAsync();
    }

    private protected override ToolAgent Reader()
    {
        _ = PassPausesAsync(time, async () =>
        {
            // What the pause is for: by its end, everything that had its time at its beginning is stored.
            await bus.Store.WhenStoredAsync();
            pauses++;
        });
        return Agent("reader", time);
    }

    [Fact]
    public async Task Subscription_that_shows_more_than_a_cursor_holds_pauses_for_late_ones()
    {
        await Subscription_with_sixteen_posters_shows_every_message_once();

        Assert.NotEqual(0, pauses);
    }

    [Fact]
    public async Task Several_channels_are_looked_at_one_after_the_other()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("build", "one");
        await poster.PostAsync("test", "two");

        var taken = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            taken.Add((await worker.CallAsync("claim_task", """{"channels":["empty","build","test"]}""")).Text("content"));
        }

        Assert.Equal(["one", "two"], taken);
    }

    [Fact]
    public async Task A_wait_for_several_channels_sees_a_task_on_each_of_them()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("build", "one");
        await poster.PostAsync("test", "two");
        await worker.ClaimAsync("build");
        await worker.ClaimAsync("test");
        var waiting = worker.CallAsync("claim_task", """{"channels":["build","test"],"wait_seconds":50}""");

        await poster.PostAsync("test", "three");

        Assert.Equal("three", (await waiting).Text("content"));
    }

    [Theory]
    [InlineData("""{"message_id":"TASK","percent":40}""", "cannot keep notes on tasks: it is no backchannel-mcp, or an older release. Nothing was done.")]
    [InlineData("""{"message_id":"TASK","question":"Which unit?"}""", "cannot keep notes on tasks: it is no backchannel-mcp, or an older release. Nothing was done.")]
    [InlineData("""{"message_id":"TASK","answer":"Metres."}""", "cannot keep notes on tasks: it is no backchannel-mcp, or an older release. Nothing was done.")]
    [InlineData("""{"message_id":"TASK","reopen":true}""", "cannot reopen tasks: it is no backchannel-mcp, or an older release. Nothing was done.")]
    public async Task What_this_bus_cannot_keep_is_refused_by_a_sentence_that_names_it(string arguments, string words)
    {
        var agent = Agent("agent");
        var task = await agent.PostAsync("jobs", "add");
        await agent.ClaimAsync("jobs");

        var refusal = await agent.FailAsync("update_task", arguments.Replace("TASK", task, StringComparison.Ordinal));

        Assert.Contains(words, refusal, StringComparison.Ordinal);
        Assert.StartsWith($"The bus at {Address.OriginalString.TrimEnd('/')} cannot ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task My_tasks_are_those_that_this_session_holds_where_the_bus_lists_none()
    {
        var agent = Agent("agent");
        var task = await agent.PostAsync("jobs", "add");
        await agent.ClaimAsync("jobs");

        var mine = await agent.CallAsync("my_tasks", "{}");

        var held = Assert.Single(mine.GetProperty("mine").EnumerateArray());
        Assert.Equal((task, "add"), (held.Text("message_id"), held.Text("content")));
        Assert.Contains("cannot list the tasks of a key", mine.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_of_a_crashed_worker_is_taken_over_after_its_lease()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(301));

        var claimed = await Agent("other", time).ClaimAsync("jobs");

        Assert.Equal(task, claimed.Text("message_id"));
        Assert.True(claimed.GetProperty("redelivered").GetBoolean());
    }

    [Fact]
    public async Task Claim_that_is_alive_is_not_tried_again_before_its_backoff()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other", time));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        time.Advance(TimeSpan.FromSeconds(100));
        var tries = 0;
        bus.OnRequest = route =>
        {
            tries += route.EndsWith($"{task}/claim-with-lease", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };

        for (var index = 0; index < 5; index++)
        {
            await other.ClaimAsync("jobs");
            time.Advance(TimeSpan.FromSeconds(6));
        }

        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task Lease_that_was_lost_to_another_publishes_nothing_and_says_who_holds_the_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        time.Advance(TimeSpan.FromSeconds(301));
        await Agent("other", time).ClaimAsync("jobs");

        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"late"}""");
        var state = await poster.CallAsync(
            "await_result", $$"""{"channel":"jobs","message_id":"{{task}}","timeout_seconds":0}""");

        Assert.Contains("other holds it now", refusal, StringComparison.Ordinal);
        Assert.Equal("claimed", state.Text("status"));
        Assert.DoesNotContain(bus.Store.Messages, message => message.Content == "late");
    }

    [Fact]
    public async Task Lease_that_ran_out_without_a_taker_is_taken_again_and_the_task_acknowledged()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker", time));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        var lost = new TaskCompletionSource();
        bus.OnServed = route =>
        {
            if (route.EndsWith("/heartbeat", StringComparison.Ordinal))
            {
                lost.TrySetResult();
            }

            return Task.CompletedTask;
        };
        time.Advance(TimeSpan.FromSeconds(400));
        await lost.Task.Within();

        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Contains(bus.Store.Messages, message => message.Content == "5");
        Assert.NotEmpty(bus.Store.Messages.Single(message => message.Id == task).AcknowledgedBy);
    }

    [Fact]
    public async Task Result_is_published_where_the_bus_that_would_have_taken_it_with_the_ack_was_replaced()
    {
        bus.EarlierAdditions = Additions.All;
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");

        var ack = await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal($"result-of-{task}", ack.Text("result_channel"));
        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Open_task_is_not_acknowledged_where_the_bus_that_would_have_refused_it_was_replaced()
    {
        bus.EarlierAdditions = Additions.All;
        var (poster, other) = (Agent("poster"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        bus.OnRequest = route =>
        {
            // Replaced after the look at what it offers: from here on it says what it is.
            bus.EarlierAdditions = route.Contains(task, StringComparison.Ordinal) ? null : bus.EarlierAdditions;
            return Task.CompletedTask;
        };

        var refusal = await other.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Contains("Nobody holds task", refusal, StringComparison.Ordinal);
        var stored = bus.Store.Messages.Single(message => message.Id == task);
        Assert.Empty(stored.AcknowledgedBy);
        Assert.Null(stored.ClaimedBy);
    }

    [Fact]
    public async Task Task_claimed_from_one_shell_is_ended_from_another_under_the_same_actor()
    {
        var (poster, first, second) = (Agent("poster"), Agent("shell", isDetached: true), Agent("shell", isDetached: true));
        var task = await poster.PostAsync("jobs", "add");
        await first.ClaimAsync("jobs");
        await first.DisposeAsync();

        await second.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Task_of_a_living_session_is_not_ended_by_another_session_that_names_its_actor()
    {
        var (poster, holder, other) = (Agent("poster"), Agent("holder"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await holder.ClaimAsync("jobs");

        var refused = await other.FailAsync("ack_task", $$"""{"message_id":"{{task}}","actor":"holder","result":"made up"}""");
        var ended = await holder.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Contains("holder holds task", refused, StringComparison.Ordinal);
        Assert.Equal("acknowledged", ended.Text("status"));
    }

    [Fact]
    public async Task Waiting_reads_pages_of_one_once_the_task_is_found()
    {
        var poster = Agent("poster");
        for (var index = 0; index < 120; index++)
        {
            await poster.PostAsync("jobs", "add");
        }

        time.Advance(TimeSpan.FromSeconds(1));
        var task = await poster.PostAsync("jobs", "the one");
        var other = Agent("other");
        var look = $$"""{"channel":"jobs","message_id":"{{task}}","timeout_seconds":0}""";
        var first = await CountPagesAsync(() => other.CallAsync("await_result", look));
        var second = await CountPagesAsync(() => other.CallAsync("await_result", look));

        Assert.Equal(2, first);
        Assert.Equal(1, second);
    }

    [Fact]
    public async Task Waiting_reports_at_least_every_ten_seconds()
    {
        var poster = Agent("poster", time);
        var task = await poster.PostAsync("jobs", "add");
        var reports = new List<string>();

        var waiting = poster.CallAsync(
            "await_result", $$"""{"channel":"jobs","message_id":"{{task}}","timeout_seconds":120}""", reports.Add);
        var pause = time.TimerAsync(dueTime => dueTime <= TimeSpan.FromSeconds(5));
        while (await Task.WhenAny(waiting, pause) != waiting)
        {
            time.Advance(await pause);
            pause = time.TimerAsync(dueTime => dueTime <= TimeSpan.FromSeconds(5));
        }

        Assert.InRange((await waiting).GetProperty("waited_seconds").GetInt32(), 115, 130);
        Assert.InRange(reports.Count, 12, 40);
    }

    [Fact]
    public async Task Leases_are_renewed_while_the_worker_lives()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker", time));
        await poster.PostAsync("jobs", "add");
        await worker.CallAsync("claim_task", """{"channel":"jobs","lease_seconds":30}""");

        for (var index = 0; index < 12; index++)
        {
            await time.TimerAsync(dueTime => dueTime == TimeSpan.FromSeconds(10));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        await time.TimerAsync(dueTime => dueTime == TimeSpan.FromSeconds(10));
        Assert.False((await Agent("other", time).ClaimAsync("jobs")).GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task Claim_cancelled_before_its_answer_is_given_back()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        using var cancel = new CancellationTokenSource();
        var released = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        bus.OnServed = async route =>
        {
            if (route.EndsWith("/claim-with-lease", StringComparison.Ordinal))
            {
                await cancel.CancelAsync();
                await answer.Task;
            }
            else if (route.EndsWith("/release", StringComparison.Ordinal))
            {
                released.SetResult();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => worker.CallAsync("claim_task", """{"channel":"jobs"}""", cancellationToken: cancel.Token));
        answer.SetResult();
        await released.Task.Within();
        bus.OnServed = static _ => Task.CompletedTask;

        Assert.Equal(task, (await other.ClaimAsync("jobs")).Text("message_id"));
    }

    [Fact]
    public async Task Claim_under_way_at_a_clean_exit_is_given_back()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        var claiming = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        bus.OnServed = async route =>
        {
            if (route.EndsWith("/claim-with-lease", StringComparison.Ordinal))
            {
                claiming.TrySetResult();
                await answer.Task;
            }
        };
        using var cancel = new CancellationTokenSource();
        var call = worker.CallAsync("claim_task", """{"channel":"jobs"}""", cancellationToken: cancel.Token);
        await claiming.Task.Within();

        await cancel.CancelAsync();
        var releasing = worker.Catalog.ReleaseHeldAsync();
        answer.SetResult();
        await releasing;
        bus.OnServed = static _ => Task.CompletedTask;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(task, (await other.ClaimAsync("jobs")).Text("message_id"));
    }

    [Fact]
    public async Task First_post_to_a_channel_of_a_stranger_warns_once()
    {
        var (stranger, poster) = (Stranger("stranger"), Agent("poster"));
        var channel = (await stranger.CallAsync("post_task", """{"channel":"jobs","content":"x"}""")).Text("channel");
        await stranger.Client.AddAliasAsync(channel, "shared-jobs", CancellationToken.None);

        var first = await poster.CallAsync("post_task", """{"channel":"shared-jobs","content":"x"}""");
        var second = await poster.CallAsync("post_task", """{"channel":"shared-jobs","content":"y"}""");

        Assert.Equal("stranger", first.Text("owner"));
        Assert.Contains("belongs to stranger", first.Text("next"), StringComparison.Ordinal);
        Assert.Equal("stranger", second.Text("owner"));
        Assert.DoesNotContain("belongs to", second.Text("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_without_progress_ends_after_fifty_seconds_and_says_how_to_go_on()
    {
        var poster = Agent("poster", time);
        var task = await poster.PostAsync("jobs", "add");

        var waiting = poster.CallAsync(
            "await_result", $$"""{"channel":"jobs","message_id":"{{task}}","timeout_seconds":3600}""");
        var pause = time.TimerAsync(dueTime => dueTime <= TimeSpan.FromSeconds(5));
        while (await Task.WhenAny(waiting, pause) != waiting)
        {
            time.Advance(await pause);
            pause = time.TimerAsync(dueTime => dueTime <= TimeSpan.FromSeconds(5));
        }

        var result = await waiting;
        Assert.Equal("open", result.Text("status"));
        Assert.Contains("The wait ended after 50 s", result.Text("note"), StringComparison.Ordinal);
        Assert.InRange(result.GetProperty("waited_seconds").GetInt32(), 45, 60);
        Assert.Contains("await_result", result.Text("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_whose_channel_neither_process_nor_bus_knows_is_asked_for_it()
    {
        var task = await Agent("poster").PostAsync("jobs", "add");

        var refusal = await Agent("other").FailAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.Contains("Call await_result again with channel", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_that_was_given_back_during_the_wait_is_open_and_says_so()
    {
        var (poster, worker) = (Agent("poster", time), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        var claimed = new TaskCompletionSource();
        var waiting = poster.CallAsync(
            "await_result", $$"""{"message_id":"{{task}}","timeout_seconds":20}""", progress: _ => claimed.TrySetResult());
        await claimed.Task.Within();
        await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        await PassTimeUntilAsync(time, waiting);

        var state = await waiting;

        Assert.Equal("open", state.Text("status"));
        Assert.StartsWith("A worker had it, and it came back unfinished", state.Text("note"), StringComparison.Ordinal);
    }

    private async Task<int> CountPagesAsync(Func<Task> act)
    {
        var pages = 0;
        bus.OnRequest = route =>
        {
            pages += route.StartsWith("GET ", StringComparison.Ordinal) && route.EndsWith("/messages", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
        await act();
        return pages;
    }
}
