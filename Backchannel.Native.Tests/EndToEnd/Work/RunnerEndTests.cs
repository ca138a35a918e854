using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>However a run is ended, nothing of it is left behind, and its task is not lost.</summary>
public sealed class RunnerEndTests(NativeHome home) : IClassFixture<NativeHome>
{
    /// <summary>Writes its number and that of its child, then waits long.</summary>
    private const string Long = "sleep 600 & echo $! > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; echo $PPID > \"$HOME/guardian\"; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; wait";

    /// <summary>As a process that does not want to end; its child is alike.</summary>
    private const string Stubborn = "trap '' TERM; " + Long + "; while :; do sleep 1; done";

    private readonly string channel = $"lane-{Guid.NewGuid():n}";

    [UnixFact]
    public async Task A_cancelled_task_ends_its_command_and_what_that_started()
    {
        await using var runner = await StartAsync(Long);
        var (id, processes) = await BeginAsync(runner);

        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id, "--reason", "not needed");
        await runner.SeeAsync("no longer held here");

        Assert.DoesNotContain(processes, RunningProcess.Exists);
        Assert.Contains("was cancelled", runner.Log, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_command_that_ignores_the_end_of_its_task_is_killed()
    {
        await using var runner = await StartAsync(Stubborn);
        var (id, processes) = await BeginAsync(runner);

        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
        await runner.SeeAsync("no longer held here");

        Assert.DoesNotContain(processes, RunningProcess.Exists);
    }

    [UnixFact]
    public async Task A_command_gets_less_time_to_end_when_its_task_is_cancelled_than_when_it_took_too_long()
    {
        await using var late = await RunnerProcess.StartAsync(home.Path, $"{channel}-late", "--local", "--timeout", "0.1", "--", "sh", "-c", Stubborn);
        var lateId = await RunnerProcess.PostAsync(home.Path, $"{channel}-late", "hello");
        await late.SeeAsync("started");
        await using var runner = await StartAsync(Stubborn);
        var (id, _) = await BeginAsync(runner);

        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
        await runner.SeeAsync("no longer held here");

        Assert.DoesNotContain("its time limit", late.Log, StringComparison.Ordinal);
        await RunnerProcess.AwaitAsync(home.Path, lateId);
    }

    [UnixFact]
    public async Task A_stopped_command_can_end_by_itself_when_it_is_asked_to()
    {
        await using var runner = await StartAsync("trap 'echo cleared > \"$HOME/resumed\"; exit' TERM; sleep 600 & echo $! > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; kill -STOP $$; wait");
        var (id, _) = await BeginAsync(runner);

        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
        await runner.SeeAsync("no longer held here");

        Assert.True(File.Exists(Path.Combine(home.Path, "resumed")));
    }

    [UnixFact]
    public async Task A_killed_runner_leaves_no_process_behind()
    {
        await using var runner = await StartAsync(Stubborn);
        var (_, processes) = await BeginAsync(runner);

        await runner.SignalAsync("KILL");

        foreach (var process in processes)
        {
            await RunningProcess.WaitForEndAsync(process);
        }
    }

    [LinuxFact]
    public async Task A_shell_that_an_agent_started_in_a_group_of_its_own_ends_too()
    {
        await using var runner = await StartAsync("setsid sh -c 'echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; sleep 600; :' & echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; wait");
        var (_, processes) = await BeginAsync(runner);

        await runner.SignalAsync("KILL");

        foreach (var process in processes)
        {
            await RunningProcess.WaitForEndAsync(process);
        }
    }

    [LinuxFact]
    public async Task A_daemon_that_ignores_the_end_of_its_task_is_killed()
    {
        await using var runner = await StartAsync(
            "(setsid sh -c 'trap \"\" TERM HUP; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; while :; do sleep 1; done' &); echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; sleep 600");
        var (id, processes) = await BeginAsync(runner);

        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
        await runner.SeeAsync("no longer held here");

        Assert.DoesNotContain(processes, RunningProcess.Exists);
    }

    [LinuxFact]
    public async Task What_a_command_that_was_asked_to_end_started_has_time_to_end_by_itself()
    {
        await using var runner = await StartAsync(
            "sh -c 'trap \"sleep 0.5; echo cleared > \\\"$HOME/cleared\\\"; exit\" TERM; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; while :; do sleep 0.1; done' & echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; wait");
        var (id, processes) = await BeginAsync(runner);

        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
        await runner.SeeAsync("no longer held here");

        Assert.DoesNotContain(processes, RunningProcess.Exists);
        Assert.True(File.Exists(Path.Combine(home.Path, "cleared")));
    }

    [LinuxTheory]
    [InlineData(Stubborn)]
    [InlineData("setsid sh -c 'echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; sleep 600; :' & echo $PPID > \"$HOME/guardian\"; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; wait")]
    [InlineData("(setsid sh -c 'echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; sleep 600; :' &); echo $PPID > \"$HOME/guardian\"; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; sleep 600")]
    public async Task The_command_of_a_killed_guardian_ends_and_its_task_is_tried_again(string line)
    {
        await using var runner = await StartAsync(line, "--once");
        var (id, processes) = await BeginAsync(runner);

        RunningProcess.Kill(int.Parse(await File.ReadAllTextAsync(Path.Combine(home.Path, "guardian")), null));

        Assert.Equal(1, await runner.EndAsync());
        Assert.DoesNotContain(processes, RunningProcess.Exists);
        var task = await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1);
        Assert.Equal("waiting", task.Text("status"));
        Assert.Contains("The process that guards the command was killed", task.GetRawText(), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task The_folder_of_a_killed_runner_is_removed_by_the_next_one_and_that_of_a_living_one_is_not()
    {
        await using var living = await StartAsync(Long);
        await BeginAsync(living);
        var folder = Assert.Single(RunFolders());
        await using var killed = await StartAsync(Long);
        await BeginAsync(killed);
        Assert.Equal(2, RunFolders().Length);

        await killed.SignalAsync("KILL");
        await killed.Process.WaitForExitAsync().Within();
        Directory.CreateDirectory(Path.Combine(home.Path, "tmp", "backchannel-work-removed-but-for-itself"));
        await using var next = await StartAsync(Long);

        Assert.Equal([folder], RunFolders());
    }

    [LinuxFact]
    public async Task A_runner_whose_program_was_replaced_goes_on()
    {
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, channel)).FullName, "backchannel-mcp");
        PublishedExecutable.CopyTo(program);
        await using var runner = RunnerProcess.LaunchFile(program, home.Path, channel, "--local", "--once", "--", "cat");
        await runner.WaitUntilReadyAsync();

        File.Move(program, program + ".old");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nexit 3\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.Delete(program + ".old");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(0, await runner.EndAsync());
        Assert.Equal("hello", (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task A_runner_that_ends_while_nothing_runs_says_so()
    {
        await using var runner = await StartAsync("cat");

        await runner.SignalAsync("TERM");

        Assert.Equal(0, await runner.EndAsync());
        Assert.Contains("nothing runs", runner.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("no more tasks are taken", runner.Log, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_runner_that_is_told_to_end_waits_for_what_runs()
    {
        await using var runner = await StartAsync("echo > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; until [ -e \"$HOME/go\" ]; do sleep 0.1; done; echo finished");
        var (id, _) = await BeginAsync(runner);

        await runner.SignalAsync("TERM");
        await runner.SeeAsync("no more tasks are taken");
        await File.WriteAllTextAsync(Path.Combine(home.Path, "go"), "");

        Assert.Equal(0, await runner.EndAsync());
        Assert.Equal("finished", (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task After_its_grace_a_runner_gives_back_what_still_runs_and_no_attempt_counts()
    {
        await using var runner = await StartAsync(Long, "--grace", "0.2");
        var (id, processes) = await BeginAsync(runner);

        await runner.SignalAsync("TERM");

        Assert.Equal(0, await runner.EndAsync());
        Assert.DoesNotContain(processes, RunningProcess.Exists);
        Assert.Equal("open", (await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1)).Text("status"));
        Assert.DoesNotContain("Attempt 1 of", (await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1)).GetRawText(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_second_signal_ends_the_grace()
    {
        await using var runner = await StartAsync(Long, "--grace", "600");
        var (_, processes) = await BeginAsync(runner);

        await runner.SignalAsync("TERM");
        await runner.SeeAsync("no more tasks are taken");
        await runner.SignalAsync("TERM");

        Assert.Equal(0, await runner.EndAsync());
        Assert.DoesNotContain(processes, RunningProcess.Exists);
    }

    private Task<RunnerProcess> StartAsync(string line, params string[] options) =>
        RunnerProcess.StartAsync(home.Path, [channel, "--local", .. options, "--", "sh", "-c", line]);

    /// <summary>Posts a task and waits until its command runs.</summary>
    /// <returns>Its id, and the numbers of the command and its child.</returns>
    private async Task<(string Id, int[] Processes)> BeginAsync(RunnerProcess runner)
    {
        using var written = new FileSystemWatcher(home.Path) { EnableRaisingEvents = true };
        var changed = new SemaphoreSlim(0);
        written.Created += (_, _) => changed.Release();
        written.Changed += (_, _) => changed.Release();
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        while (!(IsWritten(NameOf(id)) && IsWritten(NameOf(id) + ".child")))
        {
            await changed.WaitAsync().Within(() => runner.Log);
        }

        return (id, [.. new[] { NameOf(id), NameOf(id) + ".child" }.Select(static file => File.ReadAllText(file).Trim()).Where(static text => text.Length > 0).Select(int.Parse)]);
    }

    private string[] RunFolders() => Directory.GetDirectories(Path.Combine(home.Path, "tmp"), "backchannel-work-*");

    private static bool IsWritten(string file) => File.Exists(file) && File.ReadAllText(file).EndsWith('\n');

    private string NameOf(string id) => Path.Combine(home.Path, id);
}
