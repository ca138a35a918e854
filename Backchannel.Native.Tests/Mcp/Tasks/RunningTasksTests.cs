using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp.Tasks;

/// <summary>Tasks of tools of the tests' own: how they end, and who has to ask for them.</summary>
public sealed class RunningTasksTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(3 * 750);

    private readonly TestTools tools = new();
    private readonly SignallingTimeProvider time = new();
    private readonly InProcessSession session;

    public RunningTasksTests() => session = new InProcessSession(tools.All, timeProvider: time);

    public ValueTask DisposeAsync() => session.DisposeAsync();

    // TASK-06
    [Fact]
    public async Task Bug_of_a_tool_is_a_failed_task_and_told_to_the_operator_alone()
    {
        var id = await StartAsync("""{"text":"bug"}""");

        var told = await FinishAsync(id);

        Assert.Equal("failed", told.GetProperty("status").GetString());
        Assert.Equal("""{"code":-32603,"message":"Internal error."}""", told.GetProperty("error").GetRawText());
        await session.Logged.WaitAsync();
        await session.FinishAsync();
        Assert.Contains("secret internals", Assert.Single(session.Log), StringComparison.Ordinal);
    }

    // TASK-06
    [Fact]
    public async Task Refusal_of_a_tool_is_the_result_of_a_completed_task()
    {
        var id = await StartAsync("""{"text":"refuse"}""");

        var told = await FinishAsync(id);

        Assert.Equal("completed", told.GetProperty("status").GetString());
        Assert.True(told.GetProperty("result").GetProperty("isError").GetBoolean());
        Assert.Equal("It did not work.\nTry something else.", told.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Task_that_nobody_polls_is_no_longer_waited_for_and_begun_again_by_the_next_poll()
    {
        var id = await StartAsync("""{"text":"a"}""");
        await tools.Waiting.WaitAsync();
        await time.TimerAsync(static due => due == Patience);

        time.Advance(Patience);
        var status = (await GetAsync(id)).GetProperty("status").GetString();
        await tools.Waiting.WaitAsync();

        Assert.Equal("working", status);
        Assert.Equal("completed", (await FinishAsync(id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Task_is_waited_for_while_a_stream_tells_of_it()
    {
        var id = await StartAsync("""{"text":"a"}""");
        await time.TimerAsync(static due => due == Patience);
        await session.SendAsync(Listen(id));
        await session.ReadManyAsync(2);

        for (var interval = 0; interval < 5; interval++)
        {
            time.Advance(Patience);
            await time.TimerAsync(static due => due == Patience);
        }

        tools.Release.SetResult();
        Assert.Equal("completed", (await session.ReadAsync()).GetProperty("params").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Stream_tells_of_a_known_task_though_finding_another_takes_longer_than_one_that_nobody_polls_is_waited_for()
    {
        var slow = await StartAsync("""{"text":"b","mode":"slow"}""");
        var tools = new TestTools();
        await using var other = new InProcessSession(tools.All, timeProvider: time);
        var known = (await other.AskWithTasksAsync("tools/call", """ "name":"later","arguments":{"text":"a"} """)).GetProperty("result").GetProperty("taskId").GetString()!;
        await other.SendAsync(McpSession.ModernRequest("\"listen\"", "subscriptions/listen", $$""" "notifications":{"taskIds":["{{known}}","{{slow}}"]} """, McpSession.TakesTasks));
        await tools.Waiting.WaitAsync(2);
        await time.TimerAsync(static due => due == TimeSpan.FromSeconds(5));

        for (var second = 0; second < 5; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await other.ReadManyAsync(3);
        tools.Release.SetResult();
        var told = await other.ReadManyAsync(2);

        Assert.All(told, static one => Assert.Equal("completed", one.GetProperty("params").GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Cancelled_task_stays_cancelled_and_is_not_begun_again_when_many_have_been_cancelled_since()
    {
        List<string> ids = [];
        for (var count = 0; count < 40; count++)
        {
            ids.Add(await StartAsync("""{"text":"a"}"""));
            await session.AskWithTasksAsync("tasks/cancel", $""" "taskId":"{ids[^1]}" """);
        }

        time.Advance(Patience);
        var first = await GetAsync(ids[0]);
        time.Advance(TimeSpan.FromHours(1));

        foreach (var id in ids)
        {
            Assert.Equal("cancelled", (await GetAsync(id)).GetProperty("status").GetString());
        }

        Assert.Equal(first.GetProperty("lastUpdatedAt").GetString(), (await GetAsync(ids[0])).GetProperty("lastUpdatedAt").GetString());
        await tools.Waiting.WaitAsync(40);
        await session.AskWithTasksAsync("tools/call", """ "name":"later","arguments":{"text":"b"} """);
        await tools.Waiting.WaitAsync();
        Assert.Equal(0, tools.Waiting.Count);
    }

    /// <remarks>A bus that has to be started takes longer to look at than a client waits between two polls.</remarks>
    [Fact]
    public async Task First_poll_of_another_process_may_take_longer_than_a_client_waits_between_polls()
    {
        var id = await StartAsync("""{"text":"a","mode":"slow"}""");
        var others = new TestTools();
        await using var other = new InProcessSession(others.All, timeProvider: time);
        await other.SendAsync(McpSession.ModernRequest(1, "tasks/get", $""" "taskId":"{id}" """, McpSession.TakesTasks));
        await others.Waiting.WaitAsync();

        time.Advance(Patience + TimeSpan.FromSeconds(1));
        others.Release.SetResult();

        Assert.Equal("completed", (await other.ReadAsync()).GetProperty("result").GetProperty("status").GetString());
    }

    [Fact]
    public async Task First_poll_of_another_process_is_answered_though_its_look_takes_forever()
    {
        var id = await StartAsync("""{"text":"a","mode":"slow"}""");
        var others = new TestTools();
        var own = new SignallingTimeProvider();
        await using var other = new InProcessSession(others.All, timeProvider: own);
        await other.SendAsync(McpSession.ModernRequest(1, "tasks/get", $""" "taskId":"{id}" """, McpSession.TakesTasks));
        await own.TimerAsync(static due => due == TimeSpan.FromSeconds(5));

        own.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("working", (await other.ReadAsync()).GetProperty("result").GetProperty("status").GetString());
    }

    // END-03
    [Fact]
    public async Task End_of_the_input_ends_the_waits_of_tasks()
    {
        await StartAsync("""{"text":"a"}""");
        await tools.Waiting.WaitAsync();

        Assert.Empty(await session.FinishAsync());
        await session.Ended.Within();
    }

    [Fact]
    public async Task Call_whose_arguments_are_too_long_for_an_id_is_answered_as_ever()
    {
        var text = new string('a', 6000);
        await session.SendAsync(McpSession.ModernRequest(1, "tools/call", $$""" "name":"later","arguments":{"text":"{{text}}"} """, McpSession.TakesTasks));
        await tools.Waiting.WaitAsync();

        tools.Release.SetResult();

        Assert.Equal(text, (await session.ReadAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Call_beyond_the_limit_of_tasks_is_answered_as_ever()
    {
        for (var call = 0; call < 256; call++)
        {
            await StartAsync("""{"text":"a"}""");
        }

        await session.SendAsync(McpSession.ModernRequest(5000, "tools/call", """ "name":"later","arguments":{"text":"last"} """, McpSession.TakesTasks));
        await tools.Waiting.WaitAsync(257);
        tools.Release.SetResult();

        Assert.Equal("last", (await session.ReadAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("text").GetString());
    }

    // SUB-04
    [Theory]
    [InlineData(100, null)]
    [InlineData(101, -32602)]
    public async Task Stream_tells_of_a_hundred_tasks_at_most(int count, int? refusal)
    {
        var ids = string.Join(',', Enumerable.Range(0, count).Select(static number => $"\"{number}\""));

        var answer = await session.AskWithTasksAsync("subscriptions/listen", $$""" "notifications":{"taskIds":[{{ids}}]} """);

        Assert.Equal(refusal, answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : null);
    }

    // CAN-04
    [Fact]
    public async Task Call_that_is_cancelled_before_it_is_a_task_is_not_answered_and_ends()
    {
        await session.SendAsync(McpSession.ModernRequest(1, "tools/call", """ "name":"work" """, McpSession.TakesTasks));
        await tools.Waiting.WaitAsync();

        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");

        Assert.Empty(await session.CollectAsync());
    }

    private async Task<string> StartAsync(string arguments) =>
        (await session.AskWithTasksAsync("tools/call", $$""" "name":"later","arguments":{{arguments}} """)).GetProperty("result").GetProperty("taskId").GetString()!;

    private async Task<JsonElement> GetAsync(string id) =>
        (await session.AskWithTasksAsync("tasks/get", $""" "taskId":"{id}" """)).GetProperty("result");

    /// <summary>Lets the tool end, and gives back what the stream tells then.</summary>
    private async Task<JsonElement> FinishAsync(string id)
    {
        await session.SendAsync(Listen(id));
        await session.ReadManyAsync(2);
        tools.Release.SetResult();
        return (await session.ReadAsync()).GetProperty("params");
    }

    private static string Listen(string id) =>
        McpSession.ModernRequest("\"listen\"", "subscriptions/listen", $$""" "notifications":{"taskIds":["{{id}}"]} """, McpSession.TakesTasks);
}
