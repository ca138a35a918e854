using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary>A server begins a turn of its own session, by the socket that Claude Code and Qwen Code give their children.</summary>
public sealed class MessagingSocketTests(NativeHome home) : IClassFixture<NativeHome>, IAsyncLifetime
{
    private readonly string lane = $"lane-{Guid.NewGuid():n}";

    private HostSocket Host { get; set; } = null!;

    private AgentProcess Worker { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Host = HostSocket.Listen(home.Path);
        Worker = await AgentProcess.StartAsync(home.Path, "worker");
    }

    public async Task DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Host.DisposeAsync();
    }

    [UnixFact]
    public async Task The_end_of_a_posted_task_wakes_the_session_of_Claude_Code()
    {
        await using var session = await StartAsync();
        var id = await PostAsync(session, "the secret words of the task");
        await WorkAsync("the secret words of the result");

        var (auth, message) = await Host.ReadAsync();
        Assert.Equal($$"""{"msgV":1,"type":"auth","token":"{{HostSocket.Token}}"}""", auth.GetRawText());
        Assert.Equal(HostSocket.SessionId, message.Text("toSessionId"));
        Assert.Equal("user", message.Text("type"));
        Assert.Equal("backchannel", message.Text("fromName"));
        Assert.Equal("user", message.GetProperty("message").Text("role"));
        Assert.Equal(
            $"Your MCP server backchannel (a program, not the user) says: 1 task that you posted is over, call await_result with message_id {id} for the result (version 2); if you know this already, there is nothing to do.",
            message.GetProperty("message").Text("content"));
    }

    [UnixFact]
    public async Task What_a_waiting_call_hears_wakes_nobody()
    {
        await using var session = await StartAsync();
        var heard = await PostAsync(session, "first");
        var (_, waiting) = session.BeginRequest("tools/call", $$$"""{"name":"await_result","arguments":{"message_id":"{{{heard}}}"}}""");
        await WorkAsync("done");
        Assert.Equal("acknowledged", (await waiting).GetProperty("structuredContent").Text("status"));

        var next = await PostAsync(session, "second");
        await WorkAsync("done");
        Assert.Contains($"1 task that you posted is over, call await_result with message_id {next} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_wait_that_ended_without_the_result_is_followed_further()
    {
        await using var session = await StartAsync();
        var id = await PostFromWorkerAsync();
        var answer = await session.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":0}""");
        Assert.Equal("open", answer.Text("status"));

        await WorkAsync("done");
        Assert.Contains(id, await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_question_of_the_worker_wakes_the_poster()
    {
        await using var session = await StartAsync();
        var id = await PostAsync(session, "first");
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}","wait_seconds":20}""");
        await Worker.CallAsync("update_task", $$"""{"message_id":"{{id}}","question":"Which of the two?"}""");

        var text = await Host.ReadTextAsync();
        Assert.Contains($"1 worker asks you something, call await_result with message_id {id} to read the question", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Which", text, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Work_on_a_named_lane_wakes_the_session_and_its_own_posts_there_do_not()
    {
        await using var session = await StartAsync();
        await PostAsync(session, "its own");
        await PostFromWorkerAsync();

        var text = await Host.ReadTextAsync();
        Assert.Contains($"1 task waits for a worker on the channel {lane}, call claim_task with channel {lane}", text, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_message_on_a_named_broadcast_channel_wakes_the_session()
    {
        await Worker.CallAsync("broadcast", $$"""{"channel":"{{lane}}","content":"before"}""");
        await using var session = await StartAsync();
        await session.CallAsync("list_channels", "{}");
        await session.CallAsync("subscribe", $$"""{"channel":"{{lane}}"}""");
        await Worker.CallAsync("broadcast", $$"""{"channel":"{{lane}}","content":"after"}""");

        Assert.Contains($" there to read on the channel {lane}, call subscribe with channel {lane}", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_an_answer_of_a_wait_for_several_shows_as_over_is_not_told_again()
    {
        await using var session = await StartAsync();
        var (ended, other) = (await PostAsync(session, "1"), await PostAsync(session, "2"));
        var (_, waiting) = session.BeginRequest("tools/call", $$$"""{"name":"await_result","arguments":{"message_ids":["{{{ended}}}","{{{other}}}"],"timeout_seconds":2}}""");
        await WorkAsync("done");
        await waiting;
        await WorkAsync("done");

        Assert.Contains($"1 task that you posted is over, call await_result with message_id {other} ", await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Tasks_that_end_together_are_told_together()
    {
        await using var session = await StartAsync();
        string[] ids = [await PostAsync(session, "1"), await PostAsync(session, "2"), await PostAsync(session, "3")];
        var all = string.Join("\",\"", [.. ids, await PostAsync(session, "4")]);
        var (call, waiting) = session.BeginRequest("tools/call", $$$"""{"name":"await_result","arguments":{"message_ids":["{{{all}}}"]},"_meta":{"progressToken":"p"}}""");
        for (var count = 0; count < ids.Length; count++)
        {
            await WorkAsync("done");
        }

        // The call that held them back ends without an answer, so all of them are left to be told at one moment.
        while (!(await session.Notifications.ReadAsync().AsTask().Within()).GetProperty("params").Text("message").StartsWith("3 of 4", StringComparison.Ordinal))
        {
        }

        await session.SendAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{call}}}}}""");
        var text = await Host.ReadTextAsync();
        Assert.Contains("3 tasks that you posted are over, call await_result with message_ids ", text, StringComparison.Ordinal);
        Assert.All(ids, id => Assert.Contains(id, text, StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task Two_agents_that_wake_each_other_end_at_the_limit_until_a_user_writes()
    {
        using var own = new TemporaryHome();
        await using var one = await AgentProcess.StartAsClientAsync("claude-code", own.Path, "one", Host.Environment("CLAUDE_CODE", $"{lane}-one"));
        await using var other = await AgentProcess.StartAsync(own.Path, "other");
        await AnswerAsync(other, "one");
        var last = "";
        for (var wake = 1; wake <= 20; wake++)
        {
            last = await Host.ReadTextAsync();
            await AnswerAsync(one, "other");
            await other.CallAsync("claim_task", $$"""{"channel":"{{lane}}-other","wait_seconds":20}""");
            await AnswerAsync(other, "one");
        }

        Assert.EndsWith("nothing more will be said until the user has written something.", last, StringComparison.Ordinal);
        var folder = Path.Combine(own.BusFolder, "wake");
        var deadline = Deadline.Token();
        while (!Directory.EnumerateFiles(folder, "*.json").Any(file => File.ReadAllText(file) is var text && text.Contains("-one", StringComparison.Ordinal) && text.Contains("news\":[{", StringComparison.Ordinal)))
        {
            deadline.ThrowIfCancellationRequested();
            await other.CallAsync("list_channels", "{}");
        }

        Assert.False(Host.HasMessage);
        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(own.Path, """{"hook_event_name":"UserPromptSubmit","prompt":"Go on."}""", "claude-code"));
        Assert.Contains($"on the channel {lane}-one", await Host.ReadTextAsync(), StringComparison.Ordinal);

        Task AnswerAsync(AgentProcess agent, string to) => agent.CallAsync("post_task", $$"""{"channel":"{{lane}}-{{to}}","content":"your turn"}""");
    }

    [UnixFact]
    public async Task Another_host_that_was_started_in_the_shell_of_Claude_Code_does_not_wake_that()
    {
        await using var nested = await AgentProcess.StartAsClientAsync("opencode", home.Path, "nested", Host.Environment("CLAUDE_CODE", lane));
        await PostAsync(nested, "of the nested one");
        await WorkAsync("done");
        await using var session = await StartAsync();
        var id = await PostAsync(session, "of the session");
        await WorkAsync("done");

        Assert.Contains(id, await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task The_agent_of_a_runner_is_left_to_its_task()
    {
        await using var silent = await AgentProcess.StartAsClientAsync(
            "claude-code", home.Path, "silent", new Dictionary<string, string>(Host.Environment("CLAUDE_CODE", lane)) { ["BACKCHANNEL_WORK"] = "1" });
        await PostAsync(silent, "of the runner's agent");
        await WorkAsync("done");
        await using var session = await StartAsync();
        var id = await PostAsync(session, "of the session");
        await WorkAsync("done");

        Assert.Contains(id, await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_headless_run_of_Claude_Code_gets_no_message()
    {
        await using var headless = await AgentProcess.StartAsClientAsync(
            "claude-code", home.Path, "headless", new Dictionary<string, string>(Host.Environment("CLAUDE_CODE", lane)) { ["CLAUDE_CODE_ENTRYPOINT"] = "sdk-cli" });
        await PostAsync(headless, "of the headless run");
        await WorkAsync("done");
        await using var session = await StartAsync();
        var id = await PostAsync(session, "of the session");
        await WorkAsync("done");

        Assert.Contains(id, await Host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("claude-code", "CLAUDE_CODE")]
    [InlineData("qwen-cli-mcp-client-backchannel", "QWEN_CODE")]
    public async Task The_token_is_in_no_log_and_in_no_process_that_the_server_starts(string client, string prefix)
    {
        using var own = new TemporaryHome();
        var environment = Host.Environment(prefix, lane);
        environment["BACKCHANNEL_MCP_LOG"] = "DEBUG";
        await using var session = await AgentProcess.StartAsClientAsync(client, own.Path, "session", environment);
        var id = await PostAsync(session, "alone");
        await session.CallAsync("cancel_task", $$"""{"message_id":"{{id}}"}""");
        await using var worker = await AgentProcess.StartAsync(own.Path, "worker");
        await worker.CallAsync("post_task", $$"""{"channel":"{{lane}}","content":"hello"}""");
        await Host.ReadTextAsync();

        Assert.DoesNotContain(HostSocket.Token, session.Errors, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            var bus = Assert.Single(own.BusProcesses());
            Assert.DoesNotContain("MESSAGING_TOKEN", await File.ReadAllTextAsync($"/proc/{bus.Id}/environ"), StringComparison.Ordinal);
        }
    }

    [UnixFact]
    public async Task A_session_of_Qwen_Code_is_found_by_its_socket_after_it_was_cleared()
    {
        var records = Directory.CreateDirectory(Path.Combine(home.Path, ".qwen", "sessions")).FullName;
        await File.WriteAllTextAsync(Path.Combine(records, "1.json"), """{"sessionId":"of-another","ipcPath":"/elsewhere.sock"}""");
        await File.WriteAllTextAsync(Path.Combine(records, "2.json"), $$"""{"sessionId":"after-clear","ipcPath":"{{Host.Path}}"}""");
        await using var session = await AgentProcess.StartAsClientAsync("qwen-cli-mcp-client-backchannel", home.Path, "session", Host.Environment("QWEN_CODE", lane));
        await PostAsync(session, "first");
        await WorkAsync("done");
        Assert.Equal("after-clear", (await Host.ReadAsync()).Message.Text("toSessionId"));

        await File.WriteAllTextAsync(Path.Combine(records, "2.json"), $$"""{"sessionId":"cleared-again","ipcPath":"{{Host.Path}}"}""");
        await PostAsync(session, "second");
        await WorkAsync("done");
        Assert.Equal("cleared-again", (await Host.ReadAsync()).Message.Text("toSessionId"));
    }

    [UnixFact]
    public async Task A_session_that_cannot_be_woken_says_so_and_is_served_and_told_by_its_hook_all_the_same()
    {
        var environment = Host.Environment("CLAUDE_CODE", lane);
        environment["CLAUDE_CODE_MESSAGING_SOCKET"] = Path.Combine(home.Path, "nobody.sock");
        await using var session = await AgentProcess.StartAsClientAsync("claude-code", home.Path, "session", environment);
        var id = await PostAsync(session, "first");
        await WorkAsync("done");
        var deadline = Deadline.Token();
        while (!session.Errors.Contains("could not be woken", StringComparison.Ordinal))
        {
            deadline.ThrowIfCancellationRequested();
            await Worker.CallAsync("list_channels", "{}");
        }

        var told = await HookProcess.RunAsync(home.Path, """{"hook_event_name":"Stop"}""", "claude-code");
        Assert.Contains(id, told.Errors, StringComparison.Ordinal);
        Assert.Equal("acknowledged", (await session.CallAsync("await_result", $$"""{"message_id":"{{id}}"}""")).Text("status"));
    }

    [UnixFact]
    public async Task Two_questions_on_one_task_are_told_in_two_different_sentences()
    {
        await using var session = await StartAsync();
        var id = await PostAsync(session, "first");
        await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}","wait_seconds":20}""");
        await Worker.CallAsync("update_task", $$"""{"message_id":"{{id}}","question":"Which of the two?"}""");
        var first = await Host.ReadTextAsync();
        var asked = (await session.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":0}""")).GetProperty("question").Text("id");
        await session.CallAsync("update_task", $$"""{"message_id":"{{id}}","answer":"The first."}""");
        await Worker.CallAsync("update_task", $$"""{"message_id":"{{id}}","question":"And then?"}""");

        Assert.Contains($"(note {asked})", first, StringComparison.Ordinal);
        Assert.NotEqual(first, await Host.ReadTextAsync());
    }

    [UnixFact]
    public async Task A_name_that_is_no_channel_is_told_at_the_start_and_the_others_wake()
    {
        await using var session = await StartAsync($"a/b,{lane}");
        await PostFromWorkerAsync();

        Assert.Contains($" on the channel {lane}, ", await Host.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_WAKE names 'a/b', for which nothing wakes this session: a channel name must not contain '/'", session.Errors, StringComparison.Ordinal);
    }

    private Task<AgentProcess> StartAsync(string? lanes = null) =>
        AgentProcess.StartAsClientAsync("claude-code", home.Path, "session", Host.Environment("CLAUDE_CODE", lanes ?? lane));

    private async Task<string> PostAsync(AgentProcess agent, string content) =>
        (await agent.CallAsync("post_task", $$"""{"channel":"{{lane}}","content":"{{content}}"}""")).Text("message_id");

    private Task<string> PostFromWorkerAsync() => PostAsync(Worker, "from another session");

    /// <summary>Claims a task of the lane and acknowledges it.</summary>
    private async Task WorkAsync(string result)
    {
        var claimed = await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}","wait_seconds":20}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}","result":"{{result}}"}""");
    }
}
