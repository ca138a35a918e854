using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>How a runner calls an agent host: here a script in the host's place, which notes what it was given.</summary>
public sealed class AgentHostTests(NativeHome home) : IClassFixture<NativeHome>
{
    private readonly string channel = $"lane-{Guid.NewGuid():n}";

    [UnixFact]
    public async Task The_agent_reads_the_framed_task_and_its_answer_is_the_result()
    {
        Install("claude", """echo "$@" > $HOME/arguments; cat > $HOME/prompt; echo '{"type":"result","is_error":false,"result":"It is fine.","session_id":"s-1"}'""");
        await using var runner = await StartAsync("claude-code", "--model", "small");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "--dangerously: review this");

        Assert.Equal(0, await runner.EndAsync());
        var result = (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result");
        Assert.Equal("It is fine.", result.Text("content"));
        Assert.Equal("s-1", result.GetProperty("metadata").Text("agent_session"));
        Assert.Equal("-p --output-format json --model small\n", Read("arguments"));
        Assert.StartsWith($"This is task {id}, handed over by a message bus. Whoever sent it calls itself \"shell-", Read("prompt"), StringComparison.Ordinal);
        Assert.EndsWith("\n\n--dangerously: review this", Read("prompt"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_session_id_that_is_too_long_to_be_stored_does_not_lose_the_result()
    {
        Install("claude", """cat > /dev/null; printf '{"type":"result","is_error":false,"result":"It is fine.","session_id":"%s"}' "$(head -c 20000 /dev/zero | tr '\0' s)" """);
        await using var runner = await StartAsync("claude-code");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(0, await runner.EndAsync());
        var result = (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result");
        Assert.Equal("It is fine.", result.Text("content"));
        Assert.Equal(new string('s', 500), result.GetProperty("metadata").Text("agent_session"));
    }

    [UnixFact]
    public async Task A_failure_that_the_agent_reports_is_the_reason_of_the_tasks_failure()
    {
        Install("claude", """cat > /dev/null; echo '{"type":"result","is_error":true,"result":"Credit is used up.","session_id":"s-1"}'; exit 1""");
        await using var runner = await StartAsync("claude-code");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(1, await runner.EndAsync());
        var task = await RunnerProcess.AwaitAsync(home.Path, id);
        Assert.Equal("failed", task.Text("status"));
        Assert.Contains("Credit is used up.", task.GetRawText(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task An_agent_that_fails_at_one_task_after_the_other_ends_the_runner_and_the_next_task_is_left()
    {
        Install("claude", """cat > /dev/null; echo '{"type":"result","is_error":true,"result":"Model not found.","session_id":"s-1"}'; exit 1""");
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--agent", "claude-code");
        var ids = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            ids.Add(await RunnerProcess.PostAsync(home.Path, channel, "hello"));
        }

        Assert.Equal(1, await runner.EndAsync());
        Assert.Contains("claude-code failed at 3 tasks in a row", runner.Log, StringComparison.Ordinal);
        Assert.Contains("Model not found.", runner.Log, StringComparison.Ordinal);
        Assert.Equal("open", (await RunnerProcess.AwaitAsync(home.Path, ids[3], seconds: 1)).Text("status"));
    }

    [UnixFact]
    public async Task An_agent_that_is_not_logged_in_ends_the_runner_after_two_tasks_which_may_be_tried_again()
    {
        Install("claude", """cat > /dev/null; echo '{"type":"result","is_error":true,"result":"Not logged in · Please run /login","session_id":"s-1"}'; exit 1""");
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--agent", "claude-code");
        var first = await RunnerProcess.PostAsync(home.Path, channel, "hello", "--max_attempts", "2");
        var second = await RunnerProcess.PostAsync(home.Path, channel, "hello", "--max_attempts", "2");

        Assert.Equal(1, await runner.EndAsync());
        Assert.Contains("The agent says that nobody is logged in. Not logged in · Please run /login", runner.Log, StringComparison.Ordinal);
        foreach (var id in (string[])[first, second])
        {
            Assert.NotEqual("failed", (await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1)).Text("status"));
        }
    }

    [UnixFact]
    public async Task The_last_line_of_output_is_the_progress_of_the_task()
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--once", "--", "sh", "-c", "echo first; echo halfway; until [ -e $HOME/go ]; do sleep 0.1; done");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        var deadline = Deadline.Token();

        string seen;
        do
        {
            deadline.ThrowIfCancellationRequested();
            seen = (await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1)).GetRawText();
        }
        while (!seen.Contains("halfway", StringComparison.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(home.Path, "go"), "");
        Assert.Equal(0, await runner.EndAsync());
    }

    private Task<RunnerProcess> StartAsync(string host, params string[] more) =>
        RunnerProcess.StartAsync(home.Path, [channel, "--local", "--once", "--agent", host, "--", .. more]);

    private void Install(string name, string line)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, "bin")).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(home.Path, file));
}
