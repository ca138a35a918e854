using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>What a runner is told, and what it refuses before it claims anything.</summary>
public sealed class WorkArgumentTests(NativeHome home) : IClassFixture<NativeHome>
{
    private readonly string channel = $"lane-{Guid.NewGuid():n}";

    [UnixFact]
    public async Task A_whole_argument_stands_for_the_task_and_no_shell_reads_it()
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--once", "--", "printf", "%s|%s", "{task}", "x{task}");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "$(id) `id` ; 'a' \"b\"");

        Assert.Equal(0, await runner.EndAsync());
        Assert.Equal("$(id) `id` ; 'a' \"b\"|x{task}", (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task A_task_that_could_be_read_as_an_option_is_refused_and_not_tried_again()
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--once", "--", "echo", "{task}");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "--dangerously-skip-permissions");

        // One task was asked for and it was not done.
        Assert.Equal(1, await runner.EndAsync());
        var task = await RunnerProcess.AwaitAsync(home.Path, id);
        Assert.Equal("failed", task.Text("status"));
        Assert.Contains("begins with a hyphen", task.GetRawText(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task On_standard_input_a_task_may_begin_with_a_hyphen()
    {
        var task = await WorkedTask.RunAsync(home.Path, "cat", "--dangerously-skip-permissions", [], []);

        Assert.Equal("--dangerously-skip-permissions", task.Result);
    }

    [UnixFact]
    public async Task A_command_that_does_not_exist_is_refused_at_the_start()
    {
        var run = await RefuseAsync(channel, "--local", "--", "no-such-command", "x");
        var line = await RefuseAsync(channel, "--local", "--", "echo hello");

        Assert.Contains("there is no command 'no-such-command'", run.Errors, StringComparison.Ordinal);
        Assert.Contains("without a shell", line.Errors, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("sh -c 'no-such-program < /dev/null'", "127")]
    [InlineData("env no-such-program", "127")]
    [InlineData("sh -c 'exec $HOME'", "126")]
    public async Task A_program_that_the_command_does_not_find_for_two_tasks_in_a_row_ends_the_runner(string line, string code)
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--", "sh", "-c", line);
        var first = await RunnerProcess.PostAsync(home.Path, channel, "hello", "--max_attempts", "2");
        var second = await RunnerProcess.PostAsync(home.Path, channel, "hello", "--max_attempts", "2");
        var third = await RunnerProcess.PostAsync(home.Path, channel, "hello", "--max_attempts", "2");

        Assert.Equal(1, await runner.EndAsync());
        Assert.Contains($"exit code {code}: a program that it needs", runner.Log, StringComparison.Ordinal);
        Assert.Contains("It was so for two tasks in a row, so this runner ends", runner.Log, StringComparison.Ordinal);
        foreach (var id in (string[])[first, second])
        {
            var task = await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1);
            Assert.Contains($"exit code {code}", task.GetRawText(), StringComparison.Ordinal);
        }

        var untouched = await RunnerProcess.AwaitAsync(home.Path, third, seconds: 1);
        Assert.Equal("open", untouched.Text("status"));
        Assert.DoesNotContain("exit code", untouched.GetRawText(), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("exit 127")]
    [InlineData("exit 126")]
    public async Task A_task_that_makes_its_command_say_that_a_program_is_missing_fails_and_the_runner_goes_on(string task)
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--idle-exit", "10", "--", "sh");
        var id = await RunnerProcess.PostAsync(home.Path, channel, task, "--max_attempts", "1");
        var failed = await RunnerProcess.AwaitAsync(home.Path, id);
        var next = await RunnerProcess.AwaitAsync(home.Path, await RunnerProcess.PostAsync(home.Path, channel, "echo done"));
        var last = await RunnerProcess.AwaitAsync(home.Path, await RunnerProcess.PostAsync(home.Path, channel, task, "--max_attempts", "1"));

        Assert.Equal("failed", failed.Text("status"));
        Assert.Contains($"exit code {task[^3..]}", failed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("done", next.GetProperty("result").Text("content"));
        Assert.Equal("failed", last.Text("status"));
        Assert.Equal(0, await runner.EndAsync());
        Assert.Contains("no task came for", runner.Log, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_that_cannot_be_started_any_more_ends_the_runner_and_the_task_is_given_back(bool isThere)
    {
        var command = Path.Combine(home.Path, channel);
        await File.WriteAllTextAsync(command, "#!/bin/sh\n");
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--", command);
        if (isThere)
        {
            File.SetUnixFileMode(command, UnixFileMode.UserRead);
        }
        else
        {
            File.Delete(command);
        }

        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(1, await runner.EndAsync());
        Assert.Contains("The command cannot be started.", runner.Log, StringComparison.Ordinal);
        Assert.Contains("The task was given back, and this runner ends", runner.Log, StringComparison.Ordinal);
        var task = await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1);
        Assert.Equal("open", task.Text("status"));
        Assert.DoesNotContain("Attempt 1", task.GetRawText(), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("--timeout", "0", "--timeout is '0'")]
    [InlineData("--idle-exit", "0.0", "--idle-exit is '0.0'")]
    [InlineData("--from", "somebody", "--from is 'somebody'; it takes the id of a key")]
    [InlineData("--from", "bck_0123456789a", "it takes the id of a key")]
    public async Task A_value_that_means_nothing_is_refused_at_the_start(string option, string value, string refusal) =>
        Assert.Contains(refusal, (await RefuseAsync(channel, "--local", option, value, "--", "cat")).Errors, StringComparison.Ordinal);

    [UnixFact]
    public async Task A_key_in_the_place_of_its_id_is_refused_and_not_repeated()
    {
        var run = await RefuseAsync(channel, "--local", "--from", "bck_0123456789ab.0123456789abcdef0123456789abcdef", "--", "cat");

        Assert.Contains("what stands before the dot", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", run.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task More_channels_than_one_claim_takes_are_refused_at_the_start()
    {
        var run = await RefuseAsync([.. Enumerable.Range(0, 25).Select(number => $"{channel}-{number}"), "--local", "--", "cat"]);

        Assert.Contains("25 channels are given; 'work' waits on at most 20", run.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_folder_that_does_not_exist_is_refused_at_the_start() =>
        Assert.Contains("there is no folder", (await RefuseAsync(channel, "--local", "--cwd", "/no/such/folder", "--", "cat")).Errors, StringComparison.Ordinal);

    [UnixFact]
    public async Task A_runner_whose_folder_is_gone_gives_the_task_back_and_ends()
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, channel)).FullName;
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--cwd", folder, "--", "cat");
        Directory.Delete(folder);
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(1, await runner.EndAsync());
        Assert.Contains($"the folder {folder} is gone", runner.Log, StringComparison.Ordinal);
        Assert.Equal("open", (await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1)).Text("status"));
    }

    [UnixFact]
    public async Task Without_a_named_bus_nothing_is_run()
    {
        var environment = RunnerProcess.Environment(home.Path);
        environment["BACKCHANNEL_BASE_URL"] = null;
        var run = await ProgramRun.RunAsync(PublishedExecutable.Path, ["work", channel, "--", "cat"], environment);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("needs to be told which bus", run.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Two_runners_on_one_channel_run_each_task_once()
    {
        string[] arguments = [channel, "--local", "--idle-exit", "2", "--parallel", "2", "--", "sh", "-c", "echo $BACKCHANNEL_MESSAGE_ID >> runs"];
        await using var one = await RunnerProcess.StartAsync(home.Path, arguments);
        await using var other = await RunnerProcess.StartAsync(home.Path, arguments);
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await RunnerProcess.PostAsync(home.Path, channel, "hello"));
        }

        Assert.Equal(0, await one.EndAsync());
        Assert.Equal(0, await other.EndAsync());
        Assert.Equal(ids.Order(), File.ReadAllLines(Path.Combine(home.Path, "runs")).Order());
    }

    [UnixFact]
    public async Task A_runner_ends_after_as_many_tasks_as_it_was_asked_for()
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--max-tasks", "2", "--", "cat");
        foreach (var task in (string[])["one", "two", "three"])
        {
            await RunnerProcess.PostAsync(home.Path, channel, task);
        }

        Assert.Equal(0, await runner.EndAsync());
        Assert.Equal("three", (await RunnerProcess.CallAsync(home.Path, "claim_task", "--channel", channel)).Text("content"));
    }

    [ProgramFact("script")]
    public async Task On_a_terminal_nothing_of_a_command_or_a_task_is_sent_raw()
    {
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        var line = $"""exec "{PublishedExecutable.Path}" work {channel} --local --once -- sh -c "printf '\033[2Jwiped\033]0;title\007' >&2; sleep 2; exit 1" """;
        var environment = RunnerProcess.Environment(home.Path);
        environment["TERM"] = "xterm";
        environment["SHELL"] = "/bin/sh";
        var run = await ProgramRun.RunAsync("script", ["-qec", line, "/dev/null"], environment);

        Assert.Contains($"{id[^8..]} from shell-", run.Output, StringComparison.Ordinal);
        Assert.Contains("wiped", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e]", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[?1h", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\a", run.Output, StringComparison.Ordinal);
    }

    [ProgramFact("script")]
    public async Task Where_other_programs_write_to_the_terminal_too_nothing_is_drawn_over()
    {
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        var environment = RunnerProcess.Environment(home.Path);
        environment["TERM"] = "xterm";
        environment["SHELL"] = "/bin/sh";
        var line = $"\"{PublishedExecutable.Path}\" work {channel} --local --once -- cat & echo other; wait";

        var run = await ProgramRun.RunAsync("script", ["-qec", line, "/dev/null"], environment);

        Assert.Contains("other", run.Output, StringComparison.Ordinal);
        Assert.Contains($"{id} from shell-", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", run.Output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_mistyped_option_is_no_channel()
    {
        var typo = await RefuseAsync("ty", "--local", "--timout", "900", "--once", "--", "cat");
        var agent = await RefuseAsync(channel, "--local", "--agent", "claude-code", "--allowedTools", "Read");

        Assert.Contains("'--timout' is not an option of 'work'; did you mean '--timeout'?", typo.Errors, StringComparison.Ordinal);
        Assert.Contains("'--allowedTools' is not an option of 'work'.", agent.Errors, StringComparison.Ordinal);
        Assert.Contains("stand behind --", agent.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Channels_may_stand_between_commas()
    {
        await using var runner = await RunnerProcess.StartAsync(home.Path, $"{channel}-a,{channel}-b", "--local", "--once", "--", "cat");
        var id = await RunnerProcess.PostAsync(home.Path, $"{channel}-b", "hello");

        Assert.Equal(0, await runner.EndAsync());
        Assert.Equal("hello", (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    [UnixTheory]
    [InlineData("--local -- /etc/passwd", "'/etc/passwd' is a file that may not be executed.", "chmod +x /etc/passwd")]
    [InlineData("--local -- /etc", "'/etc' is a folder and no command.", "Nothing was claimed")]
    [InlineData("--local --agent gemini-cli", "--agent gemini-cli starts 'gemini', and there is no such command in PATH.", "npm install --global @google/gemini-cli")]
    [InlineData("--local --agent claud", "did you mean 'claude-code'?", "Known:")]
    [InlineData("--local --agent gemini", "did you mean 'gemini-cli'?", "Known:")]
    [InlineData("--local --cwd /nope -- cat", "--cwd is '/nope', and there is no folder /nope.", "name a folder that exists")]
    [InlineData("--local --cwd /etc/passwd -- cat", "there is no folder /etc/passwd: it is a file.", "name a folder that exists")]
    [InlineData("--local --timeout 5m -- cat", "--timeout is '5m'; it takes a number of seconds without a unit.", "Write --timeout 300")]
    public async Task What_cannot_be_used_is_told_with_what_to_do(string typed, string what, string advice)
    {
        var run = await RefuseAsync([channel, .. typed.Split(' ')]);

        Assert.Contains(what, run.Errors, StringComparison.Ordinal);
        Assert.Contains(advice, run.Errors, StringComparison.Ordinal);
    }

    private async Task<ProgramRun> RefuseAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(PublishedExecutable.Path, ["work", .. arguments], RunnerProcess.Environment(home.Path));
        Assert.Equal(2, run.ExitCode);
        return run;
    }
}
