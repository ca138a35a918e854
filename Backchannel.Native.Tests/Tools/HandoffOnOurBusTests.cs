using System.Net.Http;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary>The promises on our own bus.</summary>
public sealed class HandoffOnOurBusTests : HandoffTests
{
    /// <summary>Stands still unless a test moves it, ahead or not of the machine's: no test depends on how the two compare.</summary>
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };
    private TestBus bus = null!;

    private protected override Uri Address => new(bus.BaseUrl);

    public override async Task InitializeAsync() => bus = await TestBus.StartAsync(options => options, time);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await bus.DisposeAsync();
    }

    private protected override ToolAgent Reader()
    {
        var own = new SignallingTimeProvider();
        _ = PassPausesAsync(own, () => Task.CompletedTask);
        return Agent("reader", own);
    }

    [Fact]
    public async Task Result_of_somebody_who_did_not_hold_the_task_is_told_as_that()
    {
        var (poster, holder, plain) = (Agent("poster"), Agent("holder"), Agent("plain"));
        var task = await poster.PostAsync("jobs", "add");
        await plain.Client.ClaimAsync(task, "somebody", CancellationToken.None);

        await holder.Client.AcknowledgeAsync(task, "another", null, null, "5", session: null, CancellationToken.None);
        var result = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal("another reported it as done while somebody held it.", result.Text("note"));
    }

    [Fact]
    public async Task Result_of_a_task_that_nobody_held_is_told_as_that_whoever_claims_it_later()
    {
        var (poster, plain) = (Agent("poster"), Agent("plain"));
        var task = await poster.PostAsync("jobs", "add");
        await plain.Client.AcknowledgeAsync(task, "quick", null, null, "5", session: null, CancellationToken.None);

        var before = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        time.Advance(TimeSpan.FromSeconds(1));
        await plain.Client.ClaimAsync(task, "late", CancellationToken.None);
        await plain.Client.AcknowledgeAsync(task, "late", null, null, "6", session: null, CancellationToken.None);
        var one = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{task}}"]}""");

        Assert.Equal("quick reported it as done without holding it.", before.Text("note"));
        foreach (var after in (System.Text.Json.JsonElement[])[one, several.GetProperty("results")[0]])
        {
            Assert.Equal(("quick", "5"), (after.Text("acknowledged_by"), after.GetProperty("result").Text("content")));
            Assert.Equal("quick reported it as done without holding it; late claimed it later.", after.Text("note"));
        }
    }

    [Fact]
    public async Task Task_of_a_crashed_worker_goes_to_one_that_waits()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.CallAsync("claim_task", """{"channel":"jobs","lease_seconds":30}""");
        await worker.DisposeAsync();

        var waiting = Agent("other").CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(task, (await waiting).Text("message_id"));
    }

    [Fact]
    public async Task A_lease_is_renewed_on_though_the_workers_clock_is_set_ahead()
    {
        var clock = new SignallingTimeProvider();
        var (poster, worker) = (Agent("poster"), Agent("worker", clock));
        await poster.PostAsync("jobs", "add");
        await worker.CallAsync("claim_task", """{"channel":"jobs","lease_seconds":30}""");
        clock.Set(TimeSpan.FromDays(36_500));

        for (var renewals = 0; renewals < 4; renewals++)
        {
            await clock.TimerAsync(dueTime => dueTime == TimeSpan.FromSeconds(10));
            time.Advance(TimeSpan.FromSeconds(10));
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        await clock.TimerAsync(dueTime => dueTime == TimeSpan.FromSeconds(10));
        Assert.False((await Agent("other").ClaimAsync("jobs")).GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task Lease_that_was_lost_to_another_publishes_nothing()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.CallAsync("claim_task", """{"channel":"jobs","lease_seconds":30}""");
        time.Advance(TimeSpan.FromSeconds(31));
        await Agent("other").CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");

        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"late"}""");

        Assert.Contains("other holds it now", refusal, StringComparison.Ordinal);
        var results = await poster.CallAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}""");
        Assert.StartsWith("Nobody has posted here yet", results.Text("note"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ack_task")]
    [InlineData("release_task")]
    public async Task Another_process_does_not_end_the_task_of_a_living_session_by_naming_its_actor(string tool)
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        var claimed = await worker.ClaimAsync("jobs");

        var refusal = await other.FailAsync(tool, $$"""{"message_id":"{{task}}","actor":"worker"}""");
        var own = await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.StartsWith("Backchannel error [409 already_claimed]: worker holds task", refusal, StringComparison.Ordinal);
        Assert.Contains($"until {claimed.Text("lease_expires_at")}", refusal, StringComparison.Ordinal);
        Assert.Equal("acknowledged", own.Text("status"));
    }

    [Fact]
    public async Task Task_of_a_session_that_is_gone_is_ended_by_its_id_under_any_actor_of_the_key()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker", time), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(11));

        await other.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal(("other", "5"), (result.Text("acknowledged_by"), result.GetProperty("result").Text("content")));
    }

    [Fact]
    public async Task Task_of_a_session_that_is_gone_is_given_back_by_its_id()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker", time), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(11));

        await other.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal(task, (await Agent("third").ClaimAsync("jobs")).Text("message_id"));
    }

    [Fact]
    public async Task Task_of_a_session_that_is_gone_is_not_ended_by_another_key()
    {
        var (poster, worker, stranger) = (Agent("poster"), Agent("worker", time), Stranger("stranger"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(11));

        var refusal = await stranger.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.StartsWith("Backchannel error [409 already_claimed]: worker holds task", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_claimed_from_a_shell_is_ended_from_another_one_at_once()
    {
        await using var shell = new ToolAgent(Address, "shell", Keys, isDetached: true);
        var (poster, other) = (Agent("poster"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await shell.ClaimAsync("jobs");

        var acknowledged = await other.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal("acknowledged", acknowledged.Text("status"));
    }

    [Fact]
    public async Task Worker_whose_task_was_taken_over_and_done_is_told_what_stands()
    {
        // Its own clock stands still: it does not show itself to the bus again.
        var (poster, worker, other) = (Agent("poster"), Agent("worker", new FakeTimeProvider()), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        time.Advance(TimeSpan.FromSeconds(11));
        await other.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"by other"}""");

        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"by worker"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Contains("other holds it now and has reported it as done", refusal, StringComparison.Ordinal);
        Assert.Contains("nothing was published", refusal, StringComparison.Ordinal);
        Assert.Equal("by other", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Same_result_from_another_process_is_a_repetition()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var same = await other.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var different = await other.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"6"}""");

        Assert.Equal("already_acknowledged", same.Text("status"));
        Assert.StartsWith("Backchannel error [409 already_acknowledged]: ", different, StringComparison.Ordinal);
        Assert.Contains("yours was NOT delivered", different, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ack_that_comes_after_the_task_went_to_another_counts_for_nothing()
    {
        await using var road = new HoldingFront(Address, "/finish HTTP");
        await using var late = new ToolAgent(road.Address, "late");
        var (poster, other) = (Agent("poster"), Agent("other"));
        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"add"}""");
        var task = posted.Text("message_id");
        await late.CallAsync("claim_task", $$"""{"channel":"{{posted.Text("channel")}}","lease_seconds":30}""");

        // The late one has made sure that the task is its own: only its ack with the result is still on its way.
        var refused = late.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"by late"}""");
        await road.Arrived;
        time.Advance(TimeSpan.FromSeconds(31));
        await other.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        road.Release();
        var refusal = await refused;
        var before = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}","timeout_seconds":0}""");
        await other.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"by other"}""");
        var after = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Contains("other holds it now", refusal, StringComparison.Ordinal);
        Assert.Contains("Stop working on it", refusal, StringComparison.Ordinal);
        Assert.Equal(("claimed", "other"), (before.Text("status"), before.Text("claimed_by")));
        Assert.Equal(("other", "by other"), (after.Text("acknowledged_by"), after.GetProperty("result").Text("content")));
    }

    [Fact]
    public async Task Ack_that_comes_after_the_lease_ran_out_counts_while_nobody_else_has_the_task()
    {
        await using var road = new HoldingFront(Address, "/finish HTTP");
        await using var late = new ToolAgent(road.Address, "late");
        var poster = Agent("poster");
        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"add"}""");
        var task = posted.Text("message_id");
        await late.CallAsync("claim_task", $$"""{"channel":"{{posted.Text("channel")}}","lease_seconds":30}""");

        var acknowledging = late.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"by late"}""");
        await road.Arrived;
        time.Advance(TimeSpan.FromSeconds(31));
        await Agent("other").CallAsync("list_channels", "{}");
        road.Release();
        await acknowledging;
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal(("late", "by late"), (result.Text("acknowledged_by"), result.GetProperty("result").Text("content")));
    }

    [Fact]
    public async Task Task_that_came_back_three_times_is_open_and_says_so()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        for (var index = 0; index < 3; index++)
        {
            await worker.ClaimAsync("jobs");
            await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        }

        var state = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        await worker.ClaimAsync("jobs");
        var taken = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");

        Assert.Equal("open", state.Text("status"));
        Assert.StartsWith("It was taken 3 times and came back unfinished", state.Text("note"), StringComparison.Ordinal);
        Assert.Equal("claimed", taken.Text("status"));
        Assert.Contains("taken 4 times", taken.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_is_awaited_without_its_channel_by_who_never_saw_the_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var result = await Agent("other").CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        var refusal = await Agent("third").FailAsync("await_result", """{"message_id":"01a20efc-8990-41e2-aa5a-cc5537852e73"}""");

        Assert.Equal("5", result.GetProperty("result").Text("content"));
        Assert.StartsWith("Backchannel error [404 message_not_found]: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_that_was_withdrawn_and_is_awaited_without_its_channel_is_said_to_be_gone()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "add");
        await poster.Client.Connection.TrySendAsync(new(HttpMethod.Delete, $"/v1/messages/{task}"), CancellationToken.None);

        var refusal = await poster.FailAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal(
            $"Task {task} is gone: it has expired or was withdrawn.\nPost it again if it still matters and was not done before.", refusal);
    }
}
