using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>What is left of options, failures and cancellations on a bus that knows none: what the contract can do is done, the rest is refused.</summary>
public sealed class TaskLifeOnReferenceLikeBusTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly List<ToolAgent> agents = [];
    private LateStampingBus bus = null!;

    public async Task InitializeAsync() => bus = await LateStampingBus.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var agent in agents)
        {
            await agent.DisposeAsync();
        }

        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Theory]
    [InlineData("post_task", "priority", "9", false)]
    [InlineData("post_task", "delay_seconds", "60", false)]
    [InlineData("post_task", "depends_on", """["6b1b5f1e-0000-4000-8000-000000000000"]""", false)]
    [InlineData("post_task", "max_attempts", "3", false)]
    [InlineData("post_task", "reply_to", "\"6b1b5f1e-0000-4000-8000-000000000000\"", false)]
    [InlineData("broadcast", "reply_to", "\"6b1b5f1e-0000-4000-8000-000000000000\"", false)]
    [InlineData("post_task", "delay_seconds", "60", true)]
    [InlineData("broadcast", "reply_to", "\"6b1b5f1e-0000-4000-8000-000000000000\"", true)]
    public async Task An_option_is_refused_and_nothing_is_posted(string tool, string option, string value, bool hasReplacedAnother)
    {
        bus.EarlierAdditions = hasReplacedAnother ? $"{Additions.All}, {Additions.Replies}" : null;

        var refusal = await Agent("poster").FailAsync(tool, $$"""{"channel":"jobs","content":"x","{{option}}":{{value}}}""");

        Assert.Equal(
            $"The bus at {bus.Address.ToString().TrimEnd('/')} does not know {option}: it is no backchannel-mcp, or an older release. Nothing was posted.\n"
            + "Call again without, if that is good enough.",
            refusal);
        Assert.Empty(bus.Store.Messages);
    }

    [Fact]
    public async Task A_plain_task_is_posted_where_the_bus_that_knew_options_was_replaced()
    {
        bus.EarlierAdditions = Additions.All;

        var posted = await Agent("poster").CallAsync("post_task", """{"channel":"jobs","content":"x"}""");

        Assert.Equal(posted.Text("message_id"), Assert.Single(bus.Store.Messages).Id);
        Assert.False(posted.Has("status"));
    }

    [Fact]
    public async Task A_failure_gives_the_task_back_and_says_that_the_bus_keeps_no_more_of_it()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");

        var paused = await worker.FailAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk","retry_after_seconds":60}""");
        var failed = await worker.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk"}""");

        Assert.Contains("Nothing was reported, and you still hold it.\nLeave retry_after_seconds out", paused, StringComparison.Ordinal);
        Assert.Equal("open", failed.Text("status"));
        Assert.Contains("Neither the reason nor the attempt was kept", failed.Text("note"), StringComparison.Ordinal);
        Assert.Equal(task, (await other.ClaimAsync("jobs")).Text("message_id"));
    }

    [Fact]
    public async Task A_failure_for_good_is_refused_and_told_by_no_ack()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");

        var refusal = await worker.FailAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"nobody can","retry":false}""");

        Assert.Contains("A task cannot fail for good on the bus at", refusal, StringComparison.Ordinal);
        Assert.Contains("you still hold it", refusal, StringComparison.Ordinal);
        Assert.Empty(Assert.Single(bus.Store.Messages).AcknowledgedBy);
        Assert.Equal("acknowledged", (await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""")).Text("status"));
    }

    [Fact]
    public async Task A_failure_reaches_a_bus_that_has_replaced_the_one_that_would_have_kept_it()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "x");
        await worker.ClaimAsync("jobs");
        bus.EarlierAdditions = Additions.All;
        await using var newer = new ToolAgent(bus.Address, "worker", keys.Path);

        var failed = await newer.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"no disk"}""");

        Assert.Equal("open", failed.Text("status"));
        Assert.Null(Assert.Single(bus.Store.Messages).ClaimedBy);
    }

    [Fact]
    public async Task An_open_task_is_withdrawn_and_a_held_one_is_not()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var held = await poster.PostAsync("jobs", "held");
        await worker.ClaimAsync("jobs");
        var open = await poster.PostAsync("jobs", "open");

        var withdrawn = await poster.CallAsync("cancel_task", $$"""{"message_id":"{{open}}","reason":"not needed"}""");
        var refusal = await poster.FailAsync("cancel_task", $$"""{"message_id":"{{held}}"}""");

        Assert.Equal("cancelled", withdrawn.Text("status"));
        Assert.Contains("the reason was not kept", withdrawn.Text("note"), StringComparison.Ordinal);
        Assert.StartsWith($"worker holds task {held}, and the bus at", refusal, StringComparison.Ordinal);
        Assert.Contains("It was not cancelled.", refusal, StringComparison.Ordinal);
        Assert.Equal(held, Assert.Single(bus.Store.Messages).Id);
    }

    [Fact]
    public async Task A_done_task_that_was_given_back_since_is_not_withdrawn()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "x");
        await poster.Client.AcknowledgeAsync(task, "somebody", null, null, null, session: null, CancellationToken.None);

        var refusal = await poster.FailAsync("cancel_task", $$"""{"message_id":"{{task}}"}""");

        Assert.Contains("is done: somebody acknowledged it", refusal, StringComparison.Ordinal);
        Assert.Single(bus.Store.Messages);
    }

    [Fact]
    public async Task A_done_task_that_nobody_claimed_counts_as_done_alone()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "x");
        await poster.Client.AcknowledgeAsync(task, "somebody", null, null, null, session: null, CancellationToken.None);

        var read = await poster.CallAsync("subscribe", """{"channel":"jobs"}""");

        Assert.Equal("""{"open":0,"claimed":0,"acknowledged":1}""", read.GetProperty("tasks").GetRawText());
    }

    [Fact]
    public async Task A_held_task_is_promised_to_nobody_before_its_lease_has_run_out()
    {
        var (poster, holder) = (Agent("poster"), Agent("holder"));
        var task = await poster.PostAsync("jobs", "x");
        await holder.ClaimAsync("jobs");

        foreach (var tool in (string[])["ack_task", "fail_task", "release_task"])
        {
            var more = tool == "fail_task" ? ""","reason":"x" """ : "";
            var refusal = await Agent("other").FailAsync(tool, $$"""{"message_id":"{{task}}"{{more}}}""");

            Assert.Contains("the task comes back when its lease has run out", refusal, StringComparison.Ordinal);
            Assert.DoesNotContain("10 seconds", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_message_of_a_broadcast_channel_is_told_as_no_task()
    {
        var poster = Agent("poster");
        var message = (await poster.CallAsync("broadcast", """{"channel":"news","content":"x"}""")).Text("message_id");

        var refusal = await poster.FailAsync("await_result", $$"""{"message_id":"{{message}}","timeout_seconds":0}""");
        var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{message}}"],"timeout_seconds":0}""");

        Assert.StartsWith($"Message {message} is a broadcast message, which is no task", refusal, StringComparison.Ordinal);
        Assert.StartsWith("This is a broadcast message", several.GetProperty("results")[0].Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listings_show_states_and_counts() => await ListedStates.RequireAsync(Agent("poster"), Agent("worker"));

    private ToolAgent Agent(string label)
    {
        var agent = new ToolAgent(bus.Address, label, keys.Path);
        agents.Add(agent);
        return agent;
    }
}
