using System.Text.Json;
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
        Assert.Equal("-p --input-format stream-json --output-format stream-json --verbose --model small\n", Read("arguments"));
        var prompt = JsonElement.Parse(Read("prompt")).GetProperty("message").GetProperty("content")[0].Text("text");
        Assert.StartsWith($"This is task {id}, handed over by a message bus. Whoever sent it calls itself \"shell-", prompt, StringComparison.Ordinal);
        Assert.EndsWith("\n\n--dangerously: review this", prompt, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task The_agent_is_told_where_its_files_are_what_came_before_and_where_files_for_the_sender_go()
    {
        Install("gemini", """cat > $HOME/prompt-$BACKCHANNEL_MESSAGE_ID; cp "$BACKCHANNEL_PREREQUISITES" $HOME/before; echo "$BACKCHANNEL_FILES" > $HOME/files; echo made > "$BACKCHANNEL_RESULT_FILES/made.txt"; echo '{"session_id":"s-1","response":"It is @fine."}'""");
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, "project")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "@spec.txt"), "of the file");
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--max-tasks", "2", "--agent", "gemini-cli");
        var first = await RunnerProcess.PostAsync(home.Path, channel, "first");
        var second = await RunnerProcess.PostAsync(home.Path, channel, "second", "--depends_on", first, "--files", "@spec.txt");

        Assert.Equal(0, await runner.EndAsync());
        var prompt = Read($"prompt-{second}");
        Assert.Contains($"The sender's files for it are in the folder {Read("files").Trim()}: \"\\@spec.txt\".", prompt, StringComparison.Ordinal);
        Assert.Contains("\"content\":\"It is \\@fine.\"", prompt, StringComparison.Ordinal);
        Assert.Contains($"[{{\"message_id\":\"{first}\",", Read("before"), StringComparison.Ordinal);
        Assert.Contains("\"content\":\"It is @fine.\"", Read("before"), StringComparison.Ordinal);
        Assert.Contains("go into the folder ", Read($"prompt-{first}"), StringComparison.Ordinal);
        Assert.DoesNotContain("files for it are in", Read($"prompt-{first}"), StringComparison.Ordinal);
        Assert.Contains("made.txt", (await RunnerProcess.AwaitAsync(home.Path, second)).GetRawText(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task An_array_of_everything_that_the_agent_printed_is_not_sent()
    {
        Install("claude", """cat > /dev/null; echo '[{"type":"system","cwd":"/home/me"},{"type":"result","is_error":false,"result":"It is fine.","session_id":"s-1"}]'""");
        await using var runner = await StartAsync("claude-code");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(0, await runner.EndAsync());
        var result = await RunnerProcess.AwaitAsync(home.Path, id);
        Assert.Equal("It is fine.", result.GetProperty("result").Text("content"));
        Assert.DoesNotContain("/home/me", result.GetRawText(), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("")]
    [InlineData("""[{"type":"system","cwd":"/home/me"},{"type":"res""")]
    [InlineData("""{"type":"item.completed","item":{"type":"agent_message","text":"From /home/me I look."}}""")]
    [InlineData("From /home/me, in plain text.")]
    [InlineData("""{"type":"result","subtype":"error_during_execution","is_error":true,"cwd":"/home/me"}""")]
    public async Task An_agent_that_ends_without_its_last_answer_has_failed_at_an_attempt_and_what_it_printed_is_not_sent(string output)
    {
        Install("claude", $"cat > /dev/null; printf '%s' '{output}'");
        await using var runner = await StartAsync("claude-code");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello", "--max_attempts", "2");

        Assert.Equal(1, await runner.EndAsync());
        var task = await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1);
        Assert.Contains(task.Text("status"), (string[])["open", "waiting"]);
        Assert.Contains(output.Contains("error_", StringComparison.Ordinal) ? "(error_during_execution)" : "without an answer in the JSON", runner.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("/home/me", task.GetRawText(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task The_task_is_never_an_argument_of_an_agent()
    {
        var run = await ProgramRun.RunAsync(
            PublishedExecutable.Path, ["work", channel, "--local", "--agent", "claude-code", "--", "{task}"], RunnerProcess.Environment(home.Path));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Leave '{task}' out.", run.Errors, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("--input-format", "text")]
    [InlineData("--output-format=json")]
    public async Task The_formats_of_an_agent_are_not_the_users_to_choose(params string[] options)
    {
        var run = await ProgramRun.RunAsync(
            PublishedExecutable.Path, ["work", channel, "--local", "--agent", "claude-code", "--", .. options], RunnerProcess.Environment(home.Path));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Leave them out.", run.Errors, StringComparison.Ordinal);
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
