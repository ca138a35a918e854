using Backchannel.Native.Tests.Support;
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
        Assert.StartsWith(
            "Backchannel error [404 channel_not_found]: ",
            await poster.FailAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ack_that_comes_after_the_task_went_to_another_counts_for_nothing()
    {
        await using var road = new HoldingFront(Address, "/ack HTTP");
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
        Assert.Equal(("timeout", "other"), (before.Text("status"), before.Text("claimed_by")));
        Assert.Equal(("other", "by other"), (after.Text("acknowledged_by"), after.GetProperty("result").Text("content")));
    }

    [Fact]
    public async Task Ack_that_comes_after_the_lease_ran_out_counts_while_nobody_else_has_the_task()
    {
        await using var road = new HoldingFront(Address, "/ack HTTP");
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
}
