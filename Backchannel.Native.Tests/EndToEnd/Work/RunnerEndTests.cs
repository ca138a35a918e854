using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>However a run is ended, nothing of it is left behind, and its task is not lost.</summary>
public sealed class RunnerEndTests(NativeHome home) : IClassFixture<NativeHome>
{
    /// <summary>Writes its number and that of its child, then waits long.</summary>
    private const string Long = "sleep 600 & echo $! > \"$HOME/$BACKCHANNEL_MESSAGE_ID.child\"; echo $$ > \"$HOME/$BACKCHANNEL_MESSAGE_ID\"; wait";

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

    private static bool IsWritten(string file) => File.Exists(file) && File.ReadAllText(file).EndsWith('\n');

    private string NameOf(string id) => Path.Combine(home.Path, id);
}
