namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary>What could be lost between an event and its session: a task that comes back, a result that nobody fetched, a folder that is gone.</summary>
[Trait("Category", "EndToEnd")]
public sealed class WakeAgainTests : IAsyncLifetime
{
    /// <summary>Of a request that may be answered with a task of the extension.</summary>
    private const string Meta =
        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}},"
        + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"claude-code\",\"version\":\"1\"}}";

    private readonly string lane = $"lane-{Guid.NewGuid():n}";

    private TemporaryHome Home { get; set; } = null!;

    private HostSocket Host { get; set; } = null!;

    private AgentProcess Worker { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Home = new TemporaryHome();
        Host = HostSocket.Listen(Home.Path);
        Worker = await AgentProcess.StartAsync(Home.Path, "worker");
    }

    public async Task DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Host.DisposeAsync();
        Home.Dispose();
    }

    [UnixTheory]
    [InlineData("release_task")]
    [InlineData("fail_task")]
    [InlineData(null)]
    public async Task A_task_that_its_worker_does_not_end_wakes_the_session_a_second_time(string? way)
    {
        await using var session = await StartAsync();
        var id = await PostAsync(Worker);
        Assert.Contains($"(the newest is {id})", await Host.ReadTextAsync(), StringComparison.Ordinal);
        await using var other = await AgentProcess.StartAsync(Home.Path, "other");
        Assert.Equal(id, (await other.CallAsync("claim_task", $$"""{"channel":"{{lane}}","lease_seconds":30}""")).Text("message_id"));

        await (way is null ? other.KillAsync() : other.CallAsync(way, $$"""{"message_id":"{{id}}"{{(way == "fail_task" ? ",\"reason\":\"x\",\"retry\":true" : "")}}}"""));

        Assert.Contains($"(the newest is {id}, free again: 1)", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_task_that_the_session_itself_gives_back_does_not_wake_it()
    {
        await using var session = await StartAsync();
        var id = await PostAsync(Worker);
        await Host.ReadTextAsync();
        await session.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await session.CallAsync("release_task", $$"""{"message_id":"{{id}}"}""");
        var next = await PostAsync(Worker);

        Assert.Contains($"1 task waits for a worker on the channel {lane}, call claim_task with channel {lane} (the newest is {next})", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_result_that_came_while_nobody_polled_the_task_of_the_wait_wakes_the_session(bool isCancelled)
    {
        await using var session = await StartAsync();
        var id = await PostAsync(session);
        var task = await WaitAsync(session, "await_result", $$"""{"message_id":"{{id}}","timeout_seconds":600}""");
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{id}}","result":"done"}""");
        if (isCancelled)
        {
            await session.RequestAsync("tasks/cancel", $$"""{"taskId":"{{task}}",{{Meta}}}""");
        }

        Assert.Contains($"1 task that you posted is over, call await_result with message_id {id} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_result_that_a_poll_brought_wakes_nobody()
    {
        await using var session = await StartAsync();
        var id = await PostAsync(session);
        var task = await WaitAsync(session, "await_result", $$"""{"message_id":"{{id}}","timeout_seconds":600}""");
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{id}}","result":"done"}""");
        var deadline = Deadline.Token();
        while ((await session.RequestAsync("tasks/get", $$"""{"taskId":"{{task}}",{{Meta}}}""")).Text("status") != "completed")
        {
            deadline.ThrowIfCancellationRequested();
        }

        var next = await PostAsync(session);
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{next}}","result":"done"}""");
        Assert.Contains($"1 task that you posted is over, call await_result with message_id {next} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_task_that_a_wait_took_and_nobody_fetched_wakes_the_session()
    {
        var first = await PostAsync(Worker);
        await Worker.CallAsync("cancel_task", $$"""{"message_id":"{{first}}"}""");
        await using var session = await StartAsync();
        await WaitAsync(session, "claim_task", $$"""{"channel":"{{lane}}","wait_seconds":600}""");
        var id = await PostAsync(Worker);

        Assert.Contains($"(the newest is {id}, free again: 1)", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task The_first_of_very_many_posts_wakes_the_session_when_it_is_over()
    {
        await using var session = await StartAsync();
        var ids = new List<string>();
        for (var count = 0; count < 120; count++)
        {
            ids.Add(await PostAsync(session));
        }

        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{ids[0]}}","result":"done"}""");

        Assert.Contains($"1 task that you posted is over, call await_result with message_id {ids[0]} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task After_the_folder_was_removed_the_session_is_woken_all_the_same()
    {
        await using var session = await StartAsync();
        await PostAsync(Worker);
        await Host.ReadTextAsync();
        // At one blow: the server may write there at any time.
        Directory.Move(Path.Combine(Home.BusFolder, "wake"), Path.Combine(Home.Path, "gone"));
        var id = await PostAsync(Worker);

        Assert.Contains(id, await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_server_that_was_started_again_wakes_for_what_my_tasks_has_shown_as_posted()
    {
        await using var killed = await StartAsync();
        var id = await PostAsync(killed);
        await killed.KillAsync();
        await using var session = await StartAsync();
        await session.CallAsync("my_tasks", "{}");
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{id}}","result":"done"}""");

        Assert.Contains($"1 task that you posted is over, call await_result with message_id {id} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task An_id_that_is_none_does_not_silence_the_results_of_the_session()
    {
        await using var session = await StartAsync();
        await session.RequestAsync("tools/call", """{"name":"await_result","arguments":{"message_ids":[""," "]}}""");
        var id = await PostAsync(session);
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{id}}","result":"done"}""");

        Assert.Contains($"1 task that you posted is over, call await_result with message_id {id} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_link_in_the_place_of_the_folder_of_a_living_server_is_not_followed()
    {
        await using var session = await StartAsync();
        await PostAsync(Worker);
        await Host.ReadTextAsync();
        var documents = Directory.CreateDirectory(Path.Combine(Home.Path, "documents"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var wake = Path.Combine(Home.BusFolder, "wake");
        var deadline = Deadline.Token();
        while (!Directory.EnumerateFiles(wake, "*.json").Any(static file => File.ReadAllText(file) is var text && text.Contains("\"tries\":[{", StringComparison.Ordinal) && text.Contains("\"news\":[]", StringComparison.Ordinal)))
        {
            deadline.ThrowIfCancellationRequested();
            await Worker.CallAsync("list_channels", "{}");
        }

        Directory.Move(wake, Path.Combine(Home.Path, "gone"));
        Directory.CreateSymbolicLink(wake, documents);
        await PostAsync(session);
        while (!session.Errors.Contains("is a link", StringComparison.Ordinal))
        {
            deadline.ThrowIfCancellationRequested();
            await Worker.CallAsync("list_channels", "{}");
        }

        Assert.Equal(0, await session.EndAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(documents));
    }

    [UnixTheory]
    [InlineData("CLAUDE_CODE_ENTRYPOINT", "sdk-cli")]
    [InlineData("CLAUDE_CODE_ENTRYPOINT", "sdk-py")]
    [InlineData("CLAUDE_CODE_ENTRYPOINT", "sdk-ts")]
    [InlineData("CLAUDE_CODE_SESSION_ATTENDED", "0")]
    public async Task A_session_that_nobody_sits_before_gets_no_message(string variable, string value)
    {
        using var own = new TemporaryHome();
        await using var unattended = await AgentProcess.StartAsClientAsync(
            "claude-code", own.Path, "unattended", new Dictionary<string, string>(Host.Environment("CLAUDE_CODE", lane)) { [variable] = value });
        await unattended.CallAsync("broadcast", $$"""{"channel":"news","content":"so that there is a bus"}""");
        var deadline = Deadline.Token();
        string[] states = [];
        while (states.Length == 0 || !(await File.ReadAllTextAsync(states[0])).Contains("claude-code", StringComparison.Ordinal))
        {
            deadline.ThrowIfCancellationRequested();
            await unattended.CallAsync("list_channels", "{}");
            states = Directory.Exists(Path.Combine(own.BusFolder, "wake")) ? Directory.GetFiles(Path.Combine(own.BusFolder, "wake"), "*.json") : [];
        }

        Assert.Contains("\"way\":null", await File.ReadAllTextAsync(states[0]), StringComparison.Ordinal);
    }

    private Task<AgentProcess> StartAsync() =>
        AgentProcess.StartAsClientAsync("claude-code", Home.Path, "session", Host.Environment("CLAUDE_CODE", lane));

    /// <summary>Calls a tool that waits.</summary>
    /// <returns>The id of the task that the wait goes on as.</returns>
    private static async Task<string> WaitAsync(AgentProcess session, string tool, string arguments) =>
        (await session.RequestAsync("tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}},{{Meta}}}""")).Text("taskId");

    private async Task<string> PostAsync(AgentProcess agent) =>
        (await agent.CallAsync("post_task", $$"""{"channel":"{{lane}}","content":"hello"}""")).Text("message_id");
}
