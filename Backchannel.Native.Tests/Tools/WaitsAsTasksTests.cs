using System.Globalization;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Waits of the tools as tasks of the extension, on a real bus. Sessions that share a key are processes of one user.</summary>
public sealed class WaitsAsTasksTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly FakeTimeProvider busTime = new(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };
    private readonly List<IAsyncDisposable> ends = [];
    private TestBus bus = null!;
    private ToolAgent poster = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync(options => options, busTime);
        poster = Agent("poster");
    }

    public async Task DisposeAsync()
    {
        foreach (var end in ends)
        {
            await end.DisposeAsync();
        }

        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Fact]
    public async Task Result_that_comes_later_is_the_result_of_the_task_and_stays_it()
    {
        var (session, worker) = (Session(), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        var id = await session.StartAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var done = await session.FinishAsync(id);

        Assert.Equal("completed", done.Text("status"));
        var content = done.GetProperty("result").GetProperty("structuredContent");
        Assert.Equal(("acknowledged", "5"), (content.Text("status"), content.GetProperty("result").Text("content")));
        Assert.Equal(done.GetRawText(), (await session.GetAsync(id)).GetRawText());
        Assert.Equal(content.GetRawText(), (await session.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).GetProperty("structuredContent").GetRawText());
    }

    [Fact]
    public async Task Working_task_says_what_it_waits_for()
    {
        var (session, worker) = (Session(), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");

        var id = await session.StartAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal("claimed by worker", (await session.GetAsync(id)).Text("statusMessage"));
    }

    [Theory]
    [InlineData("""{"message_id":"ID","timeout_seconds":0}""")]
    [InlineData("""{"message_id":"ID","timeout_seconds":1}""")]
    public async Task Short_wait_is_no_task(string arguments)
    {
        var session = Session();
        var task = await poster.PostAsync("jobs", "add");

        var answer = await session.CallAsync("await_result", arguments.Replace("ID", task, StringComparison.Ordinal));

        Assert.Equal(("complete", "open"), (answer.Text("resultType"), answer.GetProperty("structuredContent").Text("status")));
    }

    [Fact]
    public async Task Another_process_of_the_same_key_goes_on_with_the_wait_after_the_first_was_killed()
    {
        var (first, worker) = (Session(), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        var id = await first.StartAsync("await_result", $$"""{"message_ids":["{{task}}"],"until":"any"}""");
        await first.DisposeAsync();
        var second = Session();

        var before = await second.GetAsync(id);
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var after = await second.FinishAsync(id);

        Assert.Equal(("working", "completed"), (before.Text("status"), after.Text("status")));
        Assert.Equal("acknowledged", after.GetProperty("result").GetProperty("structuredContent").Text("status"));
    }

    [Fact]
    public async Task Id_of_another_key_is_unknown()
    {
        var (session, stranger) = (Session(), Session(keys.File("stranger")));
        var task = await poster.PostAsync("jobs", "add");
        var id = await session.StartAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal(-32602, await stranger.RefusalAsync(id));
        Assert.Equal("working", (await session.GetAsync(id)).Text("status"));
    }

    [Fact]
    public async Task Cancelled_wait_for_a_result_leaves_the_task_of_the_bus_alone()
    {
        var (session, worker) = (Session(), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        var id = await session.StartAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        await session.CancelAsync(id);
        var claimed = await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal(task, claimed.Text("message_id"));
        Assert.Equal("cancelled", (await session.GetAsync(id)).Text("status"));
        Assert.Equal("acknowledged", (await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).Text("status"));
    }

    [Fact]
    public async Task Wait_for_a_task_claims_one_that_is_posted_later_and_holds_it()
    {
        var session = Session();
        await MakeLaneAsync();
        var id = await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await poster.UntilWaitingAsync("jobs", 1);
        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"add"}""");

        var done = await session.FinishAsync(id);

        Assert.Contains("1 worker waits here.", posted.Text("next"), StringComparison.Ordinal);
        var claimed = done.GetProperty("result").GetProperty("structuredContent");
        Assert.Equal((posted.Text("message_id"), "add"), (claimed.Text("message_id"), claimed.Text("content")));
        Assert.Equal(done.GetRawText(), (await session.GetAsync(id)).GetRawText());
        Assert.Equal(posted.Text("message_id"), (await session.Agent.CallAsync("my_tasks", "{}")).GetProperty("mine")[0].Text("message_id"));
        await session.Agent.CallAsync("ack_task", $$"""{"message_id":"{{posted.Text("message_id")}}","result":"5"}""");
        Assert.Equal(done.GetRawText(), (await session.GetAsync(id)).GetRawText());
    }

    [Fact]
    public async Task Task_that_is_open_is_claimed_at_once_and_no_task_of_the_extension()
    {
        var session = Session();
        var task = await poster.PostAsync("jobs", "add");

        var answer = await session.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");

        Assert.Equal(("complete", task), (answer.Text("resultType"), answer.GetProperty("structuredContent").Text("message_id")));
    }

    [Fact]
    public async Task Two_processes_that_poll_one_id_get_one_claim()
    {
        var (first, second, other) = (Session(), Session(), Agent("other"));
        await MakeLaneAsync();
        var id = await first.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await second.GetAsync(id);
        await poster.PostAsync("jobs", "one");
        await poster.PostAsync("jobs", "two");

        var done = await Task.WhenAll(first.FinishAsync(id), second.FinishAsync(id));

        var claimed = done.Select(static task => task.GetProperty("result").GetProperty("structuredContent").Text("content")).ToList();
        Assert.Single(claimed.Distinct());
        Assert.Equal(claimed[0] == "one" ? "two" : "one", (await other.ClaimAsync("jobs")).Text("content"));
    }

    [Fact]
    public async Task Process_that_goes_on_after_a_kill_has_the_claim_of_the_first_and_can_report_it()
    {
        var (first, other) = (Session(), Agent("other"));
        await MakeLaneAsync();
        var id = await first.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var task = await poster.PostAsync("jobs", "add");
        var before = await first.FinishAsync(id);
        await first.DisposeAsync();
        var second = Session();

        var after = await second.GetAsync(id);
        var missed = await other.ClaimAsync("jobs");
        await second.Agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal(("completed", task), (after.Text("status"), Claimed(after).Text("message_id")));
        Assert.Equal(Claimed(before).Text("actor"), Claimed(after).Text("actor"));
        Assert.False(missed.GetProperty("claimed").GetBoolean());
        Assert.Equal("5", (await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Claim_that_ended_before_another_process_asked_is_told_as_that_and_none_is_made_in_its_place()
    {
        var (first, other) = (Session(), Agent("other"));
        await MakeLaneAsync();
        var id = await first.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var task = await poster.PostAsync("jobs", "add");
        await first.FinishAsync(id);
        await first.Agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}"}""");
        await first.DisposeAsync();
        await poster.PostAsync("jobs", "next");

        var after = await Session().GetAsync(id);

        Assert.Equal("completed", after.Text("status"));
        Assert.True(after.GetProperty("result").GetProperty("isError").GetBoolean());
        Assert.Contains("Call claim_task again", after.GetProperty("result").GetProperty("content")[0].Text("text"), StringComparison.Ordinal);
        Assert.Equal("next", (await other.ClaimAsync("jobs")).Text("content"));
    }

    [Fact]
    public async Task Cancelled_wait_for_a_task_takes_none()
    {
        var (session, other) = (Session(), Agent("other"));
        await MakeLaneAsync();
        var id = await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");

        await session.CancelAsync(id);
        await poster.PostAsync("jobs", "add");

        Assert.Equal("add", (await other.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""")).Text("content"));
        Assert.Equal("cancelled", (await session.GetAsync(id)).Text("status"));
    }

    [Fact]
    public async Task Task_that_was_claimed_and_that_nobody_was_told_of_is_given_back_when_the_wait_is_cancelled()
    {
        var (session, other) = (Session(), Agent("other"));
        await MakeLaneAsync();
        var id = await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var task = await PostAndSeeItClaimedAsync();

        await session.CancelAsync(id);

        Assert.Equal(task, (await other.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""")).Text("message_id"));
        Assert.Equal("cancelled", (await session.GetAsync(id)).Text("status"));
    }

    /// <summary>The id of a claim is valid in each process, and the one that the client polls no more must not take the task from the other.</summary>
    [Fact]
    public async Task Task_that_another_process_got_by_the_same_id_is_not_given_back()
    {
        var time = new SignallingTimeProvider();
        var (first, second, other) = (Session(time: time), Session(time: time), Agent("other"));
        await MakeLaneAsync();
        var id = await first.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var patience = await time.TimerAsync(static due => due > TimeSpan.Zero && due < TimeSpan.FromSeconds(5));
        var task = await PostAndSeeItClaimedAsync();
        await second.FinishAsync(id);

        time.Advance(patience);

        Assert.False((await other.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":2}""")).GetProperty("claimed").GetBoolean());
        await second.Agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        Assert.Equal("acknowledged", (await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).Text("status"));
    }

    [Fact]
    public async Task Cancellation_in_another_process_leaves_a_claim_that_was_told_alone()
    {
        var (first, second) = (Session(), Session());
        await MakeLaneAsync();
        var id = await first.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var task = await poster.PostAsync("jobs", "add");
        await first.FinishAsync(id);

        await second.CancelAsync(id);

        await first.Agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        Assert.Equal("acknowledged", (await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).Text("status"));
    }

    [Fact]
    public async Task Cancellation_in_another_process_takes_no_task_that_is_open()
    {
        var (first, second) = (Session(), Session());
        await MakeLaneAsync();
        var id = await first.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await first.DisposeAsync();
        var task = await poster.PostAsync("jobs", "add");

        await second.CancelAsync(id);

        var state = (await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""")).Text("status");
        Assert.Equal(("open", "cancelled"), (state, (await second.GetAsync(id)).Text("status")));
    }

    [Fact]
    public async Task Task_that_was_claimed_is_given_back_when_nobody_polls_for_three_intervals()
    {
        var time = new SignallingTimeProvider();
        var (session, other) = (Session(time: time), Agent("other"));
        await MakeLaneAsync();
        await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var patience = await time.TimerAsync(static due => due > TimeSpan.Zero && due < TimeSpan.FromSeconds(5));
        var task = await PostAndSeeItClaimedAsync();

        time.Advance(patience);

        Assert.Equal(3 * 750, patience.TotalMilliseconds);
        Assert.Equal(task, (await other.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""")).Text("message_id"));
    }

    [Fact]
    public async Task Task_that_was_claimed_is_kept_when_its_claim_was_told()
    {
        var time = new SignallingTimeProvider();
        var session = Session(time: time);
        await MakeLaneAsync();
        var id = await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var task = await poster.PostAsync("jobs", "add");
        await session.FinishAsync(id);

        for (var step = 0; step < 10; step++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await session.Agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        Assert.Equal("acknowledged", (await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).Text("status"));
    }

    [Fact]
    public async Task Wait_for_a_message_brings_those_since_the_cursor()
    {
        var session = Session();
        await poster.CallAsync("broadcast", """{"channel":"news","content":"old"}""");
        var cursor = (await session.Agent.CallAsync("subscribe", """{"channel":"news"}""")).Text("next_cursor");
        var id = await session.StartAsync("subscribe", $$"""{"channel":"news","since":"{{cursor}}","wait_seconds":50}""");
        await poster.CallAsync("broadcast", """{"channel":"news","content":"new"}""");

        var done = await session.FinishAsync(id);

        var message = Assert.Single(done.GetProperty("result").GetProperty("structuredContent").GetProperty("data").EnumerateArray());
        Assert.Equal("new", message.Text("content"));
    }

    [Fact]
    public async Task Wait_on_a_channel_that_nobody_has_made_yet_goes_on_in_another_process()
    {
        var first = Session();
        var id = await first.StartAsync("subscribe", """{"channel":"news","wait_seconds":50}""");
        await first.DisposeAsync();
        var second = Session();
        await second.GetAsync(id);

        await poster.CallAsync("broadcast", """{"channel":"news","content":"first"}""");

        Assert.Equal("first", (await second.FinishAsync(id)).GetProperty("result").GetProperty("structuredContent").GetProperty("data")[0].Text("content"));
    }

    [Fact]
    public async Task Task_that_expires_while_it_is_awaited_ends_the_wait_and_later_its_id()
    {
        var time = new FakeTimeProvider(busTime.GetUtcNow());
        var session = Session(time: time);
        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"add"}""");
        var life = DateTimeOffset.Parse(posted.Text("expires_at"), CultureInfo.InvariantCulture) - busTime.GetUtcNow();
        var made = await session.CallAsync("await_result", $$"""{"message_id":"{{posted.Text("message_id")}}"}""");
        busTime.Advance(life + TimeSpan.FromSeconds(1));

        var done = await session.FinishAsync(made.Text("taskId"));
        time.Advance(TimeSpan.FromMilliseconds(made.GetProperty("ttlMs").GetInt64() + 1));
        var later = await Session(time: time).RefusalAsync(made.Text("taskId"));

        Assert.InRange(made.GetProperty("ttlMs").GetInt64(), life.TotalMilliseconds, life.TotalMilliseconds + (2 * 3_600_000));
        Assert.Equal("expired", done.GetProperty("result").GetProperty("structuredContent").Text("status"));
        Assert.Equal(-32602, later);
    }

    [Theory]
    [InlineData("await_result", """{"message_id":"ID","timeout_seconds":36000}""", 10 * 3600)]
    [InlineData("claim_task", """{"channel":"jobs","wait_seconds":36000}""", 10 * 3600)]
    [InlineData("claim_task", """{"channel":"jobs","wait_seconds":50}""", 23 * 3600)]
    [InlineData("subscribe", """{"channel":"news","wait_seconds":50}""", 23 * 3600)]
    [InlineData("subscribe", """{"channel":"news","wait_seconds":20}""", 20)]
    public async Task Wait_may_last_for_hours_and_ends_when_it_is_over(string tool, string arguments, int seconds)
    {
        var agent = Agent("me");
        var time = new FakeTimeProvider(busTime.GetUtcNow());
        await using var session = new TaskSession(agent, time);
        var task = tool == "await_result" ? await poster.PostAsync("other-jobs", "add") : "";
        await MakeLaneAsync();
        arguments = arguments.Replace("ID", task, StringComparison.Ordinal);
        var id = await session.StartAsync(tool, arguments);
        await session.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(seconds - 1));
        await using var almost = new TaskSession(Agent("me"), time);
        var before = await almost.GetAsync(id);
        time.Advance(TimeSpan.FromSeconds(1));
        await using var later = new TaskSession(Agent("me"), time);

        var after = await later.GetAsync(id);

        Assert.Equal(("working", "completed"), (before.Text("status"), after.Text("status")));
        Assert.False(after.GetProperty("result").TryGetProperty("isError", out _));
    }

    private static JsonElement Claimed(JsonElement task) => task.GetProperty("result").GetProperty("structuredContent");

    /// <summary>Makes the channel, so that a wait finds it at once.</summary>
    private async Task MakeLaneAsync()
    {
        var worker = Agent("earlier");
        var task = await poster.PostAsync("jobs", "first");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}"}""");
    }

    private async Task<string> PostAndSeeItClaimedAsync()
    {
        var task = await poster.PostAsync("jobs", "add");
        var seen = new TaskCompletionSource();
        var watching = poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""", message =>
        {
            if (message.StartsWith("claimed", StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        });
        await Task.WhenAny(seen.Task, watching).Within();
        return task;
    }

    private ToolAgent Agent(string label)
    {
        var agent = new ToolAgent(new(bus.BaseUrl), label, keys.Path);
        ends.Add(agent);
        return agent;
    }

    private TaskSession Session(string? keyFolder = null, TimeProvider? time = null)
    {
        var session = new TaskSession(new ToolAgent(new(bus.BaseUrl), "me", keyFolder ?? keys.Path), time);
        ends.Insert(0, session);
        return session;
    }
}
