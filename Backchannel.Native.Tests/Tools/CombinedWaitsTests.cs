using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Tools;

/// <summary>What many tasks of the extension in one process cost the key that they share, on a real bus that logs its requests.</summary>
public sealed class CombinedWaitsTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly List<IAsyncDisposable> ends = [];
    private TestBus bus = null!;
    private ToolAgent poster = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync(static options => options with { LogRequests = true });
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
    public async Task Waits_for_sixty_results_that_go_on_in_another_process_share_their_requests()
    {
        var (first, worker) = (Session(), Agent("worker"));
        List<string> ids = [];
        for (var count = 0; count < 60; count++)
        {
            var task = await poster.PostAsync("jobs", count.ToString(CultureInfo.InvariantCulture));
            ids.Add(await first.StartAsync("await_result", $$"""{"message_id":"{{task}}"}"""));
        }

        await first.DisposeAsync();
        var key = await first.Agent.Client.Connection.GetKeyIdAsync(default);
        var before = Asked();
        var second = Session();
        var finished = second.FinishAllAsync(ids);
        for (var count = 0; count < 60; count++)
        {
            var claimed = await worker.ClaimAsync("jobs");
            await worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}","result":"{{claimed.Text("content")}}"}""");
        }

        var told = await finished;

        Assert.Equal(60, told.Select(static one => one.GetProperty("result").GetProperty("structuredContent").GetProperty("result").Text("content")).Distinct().Count());
        // The worker has the same key, and looks once at each task that it acknowledges.
        var after = Asked();
        Assert.Equal(before.Single + 60, after.Single);
        Assert.InRange(after.Together - before.Together, 1, 59);

        (int Single, int Together) Asked() => (Count(key!, "GET", "/v1/messages"), Count(key!, "POST", "/v1/tasks/wait"));
    }

    [Fact]
    public async Task Waits_for_a_task_of_one_channel_take_turns_and_each_gets_one()
    {
        var session = Session();
        await poster.PostAsync("jobs", "first");
        await Agent("earlier").ClaimAsync("jobs");
        List<string> ids = [];
        for (var count = 0; count < 5; count++)
        {
            ids.Add(await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}"""));
        }

        var finished = session.FinishAllAsync(ids);
        List<string> next = [];
        for (var count = 0; count < 5; count++)
        {
            next.Add((await poster.CallAsync("post_task", $$"""{"channel":"jobs","content":"{{count}}"}""")).Text("next"));
        }

        var told = await finished;

        Assert.Equal(5, told.Select(static one => one.GetProperty("result").GetProperty("structuredContent").Text("content")).Distinct().Count());
        Assert.All(next, static text => Assert.DoesNotContain("workers wait", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waits_for_a_message_of_one_channel_share_the_request_and_the_reading()
    {
        var session = Session();
        await poster.CallAsync("broadcast", """{"channel":"news","content":"old"}""");
        var cursor = (await session.Agent.CallAsync("subscribe", """{"channel":"news"}""")).Text("next_cursor");
        List<string> ids = [];
        for (var count = 0; count < 60; count++)
        {
            ids.Add(await session.StartAsync("subscribe", $$"""{"channel":"news","since":"{{cursor}}","wait_seconds":50}"""));
        }

        var before = await ReadsAsync(session);
        var finished = session.FinishAllAsync(ids);
        await poster.CallAsync("broadcast", """{"channel":"news","content":"new"}""");
        var told = await finished;

        Assert.All(told, static one => Assert.Equal(
            "new", one.GetProperty("result").GetProperty("structuredContent").GetProperty("data")[0].Text("content")));
        Assert.InRange(await ReadsAsync(session) - before, 1, 4);
    }

    [Fact]
    public async Task Waits_for_a_message_of_a_channel_of_tasks_share_what_is_asked_about_those()
    {
        var session = Session();
        await poster.PostAsync("jobs", "old");
        var cursor = (await session.Agent.CallAsync("subscribe", """{"channel":"jobs"}""")).Text("next_cursor");
        List<string> ids = [];
        for (var count = 0; count < 20; count++)
        {
            ids.Add(await session.StartAsync("subscribe", $$"""{"channel":"jobs","since":"{{cursor}}","wait_seconds":50}"""));
        }

        var key = await session.Agent.Client.Connection.GetKeyIdAsync(default);
        var (before, together) = (await ReadsAsync(session), Count(key!, "POST", "/v1/tasks/wait"));
        var finished = session.FinishAllAsync(ids);
        await poster.PostAsync("jobs", "new");
        var told = (await finished).Select(static one => one.GetProperty("result").GetProperty("structuredContent"));

        Assert.All(told, static one => Assert.Equal(
            ("new", "open", 2), (one.GetProperty("data")[0].Text("content"), one.GetProperty("data")[0].Text("state"), one.GetProperty("tasks").GetProperty("open").GetInt32())));
        Assert.InRange(await ReadsAsync(session) - before, 1, 8);
        Assert.InRange(Count(key!, "POST", "/v1/tasks/wait") - together, 1, 2);
    }

    [Fact]
    public async Task Waits_for_the_first_message_of_a_channel_that_nobody_has_made_share_their_requests()
    {
        var session = Session();
        List<string> ids = [];
        for (var count = 0; count < 20; count++)
        {
            ids.Add(await session.StartAsync("subscribe", """{"channel":"news","wait_seconds":50}"""));
        }

        var finished = session.FinishAllAsync(ids);
        await poster.CallAsync("broadcast", """{"channel":"news","content":"first"}""");
        var told = await finished;

        Assert.All(told, static one => Assert.Equal(
            "first", one.GetProperty("result").GetProperty("structuredContent").GetProperty("data")[0].Text("content")));
        Assert.InRange(await ReadsAsync(session), 20, 50);
    }

    /// <summary>How often the key of a session has read something of a channel.</summary>
    private async Task<int> ReadsAsync(TaskSession session) =>
        Count((await session.Agent.Client.Connection.GetKeyIdAsync(default))!, "GET", "/v1/channels/");

    private int Count(string key, string method, string path) => bus.Log.Count(line =>
        line.Contains(key, StringComparison.Ordinal) && line.Contains($"\"method\":\"{method}\"", StringComparison.Ordinal) && line.Contains($"\"path\":\"{path}", StringComparison.Ordinal));

    private ToolAgent Agent(string label)
    {
        var agent = new ToolAgent(new(bus.BaseUrl), label, keys.Path);
        ends.Add(agent);
        return agent;
    }

    private TaskSession Session()
    {
        var session = new TaskSession(new ToolAgent(new(bus.BaseUrl), "me", keys.Path));
        ends.Insert(0, session);
        return session;
    }
}
