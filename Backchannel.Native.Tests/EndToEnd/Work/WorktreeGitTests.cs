using System.Globalization;
using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>The runner's own calls of git, in a repository whose configuration an earlier task may have written.</summary>
public sealed class WorktreeGitTests(NativeHome home) : IClassFixture<NativeHome>
{
    private const string Commit = "git -c user.name=t -c user.email=t@t commit -q --allow-empty -m work";

    private readonly string channel = $"lane-{Guid.NewGuid():n}";
    private readonly string repository = Directory.CreateDirectory(Path.Combine(home.Path, $"repository-{Guid.NewGuid():n}")).FullName;

    /// <summary>A filter that does not end, and neither does what it started.</summary>
    private string Hanging => $"git config filter.x.smudge 'setsid sleep 1000 & echo $! $$ > {Trace}.new; mv {Trace}.new {Trace}; sleep 1000'; echo '* filter=x' > .gitattributes; git add .; {Commit}";

    private string Trace => Path.Combine(home.Path, $"trace-{channel}");

    [ProgramFact("git")]
    public async Task Hooks_and_the_file_monitor_of_the_repository_are_not_run()
    {
        await SetUpAsync($$"""
            for name in post-checkout reference-transaction post-index-change; do printf '#!/bin/sh\necho %s >> {{Trace}}\n' $name > .git/hooks/$name; chmod +x .git/hooks/$name; done
            printf '#!/bin/sh\necho monitor >> {{Trace}}; exit 1\n' > .git/monitor; chmod +x .git/monitor; git config core.fsmonitor "$PWD/.git/monitor"
            """);
        var task = await WorkedTask.RunAsync(home.Path, "echo done", "hello", ["--worktree", "--cwd", repository], []);

        Assert.StartsWith("done", task.Result, StringComparison.Ordinal);
        Assert.False(File.Exists(Trace), File.Exists(Trace) ? await File.ReadAllTextAsync(Trace) : "");
    }

    [ProgramFact("git")]
    public async Task A_filter_gets_no_secret_and_no_variable_of_git()
    {
        await SetUpAsync($"git config filter.x.smudge 'env > {Trace}; cat'; echo '* filter=x' > .gitattributes; git add .; {Commit}");
        var environment = new Dictionary<string, string> { ["CLAUDE_CODE_MESSAGING_TOKEN"] = "secret-token", ["BACKCHANNEL_AGENT_LABEL"] = "label", ["GIT_SSH_COMMAND"] = "ssh-of-the-user" };
        await using var runner = await RunnerProcess.StartWithAsync(home.Path, environment, channel, "--local", "--once", "--worktree", "--cwd", repository, "--", "cat");
        await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(0, await runner.EndAsync());
        var seen = await File.ReadAllLinesAsync(Trace);
        Assert.Contains("BACKCHANNEL_WORK=1", seen);
        Assert.Contains("GIT_TERMINAL_PROMPT=0", seen);
        Assert.DoesNotContain(seen, static line => line.Contains("secret-token", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, static line => line.StartsWith("BACKCHANNEL_AGENT_LABEL", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, static line => line.Contains("ssh-of-the-user", StringComparison.Ordinal));
    }

    [ProgramFact("git")]
    public async Task A_checkout_that_hangs_ends_with_the_runner_and_leaves_nothing()
    {
        await SetUpAsync(Hanging);
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--worktree", "--grace", "0", "--cwd", repository, "--", "cat");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        var processes = await HungAsync();
        await runner.SignalAsync("TERM");

        Assert.Equal(0, await runner.EndAsync());
        Assert.DoesNotContain(processes, RunningProcess.Exists);
        Assert.Equal("open", (await RunnerProcess.AwaitAsync(home.Path, id, seconds: 1)).Text("status"));
        Assert.Equal("", await GitAsync("branch", "--list", "backchannel/*"));
        Assert.DoesNotContain('\n', await GitAsync("worktree", "list"));
    }

    [ProgramFact("git")]
    public async Task A_checkout_whose_task_is_cancelled_ends()
    {
        await SetUpAsync(Hanging);
        await using var runner = await RunnerProcess.StartAsync(home.Path, channel, "--local", "--worktree", "--cwd", repository, "--", "cat");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        var processes = await HungAsync();
        await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
        await runner.SeeAsync("no longer held here");

        Assert.DoesNotContain(processes, RunningProcess.Exists);
    }

    [ProgramTheory("git")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_filter_that_hangs_while_the_worktree_is_looked_through_ends_with_the_runner_and_with_the_task(bool isCancelled)
    {
        await SetUpAsync($"echo a > a; git add .; {Commit}");
        await File.WriteAllTextAsync(Path.Combine(repository, "filter"), $"setsid sleep 1000 & echo $! $$ > {Trace}.new; mv {Trace}.new {Trace}; sleep 1000");
        await using var runner = await RunnerProcess.StartAsync(
            home.Path, channel, "--local", "--worktree", "--grace", "0", "--cwd", repository, "--", "sh", "-c",
            $"git config filter.x.clean 'sh {repository}/filter'; echo '* filter=x' > \"$(git rev-parse --git-common-dir)/info/attributes\"; echo b > a; echo done");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        var processes = await HungAsync();
        if (isCancelled)
        {
            await RunnerProcess.CallAsync(home.Path, "cancel_task", "--message_id", id);
            await runner.SeeAsync("no longer held here");
        }
        else
        {
            await runner.SignalAsync("TERM");
            Assert.Equal(0, await runner.EndAsync());
        }

        Assert.DoesNotContain(processes, RunningProcess.Exists);
    }

    /// <summary>All other calls of git are ended after 30 s.</summary>
    [ProgramFact("git")]
    public async Task A_checkout_that_takes_more_than_30_s_is_waited_for()
    {
        await SetUpAsync($"git config filter.x.smudge 'sleep 31; cat'; echo '* filter=x' > .gitattributes; git add .; {Commit}");
        var task = await WorkedTask.RunAsync(home.Path, "echo done", "hello", ["--worktree", "--cwd", repository], []);

        Assert.StartsWith("done", task.Result, StringComparison.Ordinal);
    }

    [ProgramFact("git")]
    public async Task A_filter_that_leaves_a_process_behind_does_not_hold_up_the_runner()
    {
        await SetUpAsync($"git config filter.x.smudge '(sleep 1000 >&2 & echo $! > {Trace}); cat'; echo '* filter=x' > .gitattributes; git add .; {Commit}");
        var task = await WorkedTask.RunAsync(home.Path, "echo done", "hello", ["--worktree", "--cwd", repository], []);

        Assert.StartsWith("done", task.Result, StringComparison.Ordinal);
        Assert.False(await RunsAsync((await File.ReadAllTextAsync(Trace)).Trim()));
    }

    [ProgramFact("git")]
    public async Task Another_repository_in_the_environment_of_the_runner_is_left_alone()
    {
        await SetUpAsync("git init -q other && git -C other -c user.name=t -c user.email=t@t commit -q --allow-empty -m other");
        var other = Path.Combine(repository, "other", ".git");
        await using var runner = await RunnerProcess.StartWithAsync(
            home.Path, new Dictionary<string, string> { ["GIT_DIR"] = other }, channel, "--local", "--once", "--worktree", "--cwd", repository, "--", "sh", "-c", Commit);
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");

        Assert.Equal(0, await runner.EndAsync());
        var result = (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content")!;
        Assert.Equal("work", await GitAsync("log", "-1", "--format=%s", result[(result.IndexOf("Branch: ", StringComparison.Ordinal) + "Branch: ".Length)..].TrimEnd('.')));
        Assert.DoesNotContain("backchannel/", await GitAsync("--git-dir", other, "branch", "--list"), StringComparison.Ordinal);
        Assert.DoesNotContain("work", await GitAsync("--git-dir", other, "log", "--all", "--format=%s"), StringComparison.Ordinal);
    }

    [ProgramFact("git")]
    public async Task A_branch_is_named_also_where_the_command_removed_what_git_keeps_of_the_worktree()
    {
        await SetUpAsync("true");
        var task = await WorkedTask.RunAsync(home.Path, $"{Commit}; rm -rf \"$(git rev-parse --absolute-git-dir)\"", "hello", ["--worktree", "--cwd", repository], []);

        Assert.DoesNotContain("No branch is left", task.Answer, StringComparison.Ordinal);
        Assert.Contains("git does not tell whether there are more commits", task.Result, StringComparison.Ordinal);
        var said = task.Result![(task.Result!.IndexOf("Branch: ", StringComparison.Ordinal) + "Branch: ".Length)..];
        Assert.Equal("work", await GitAsync("log", "-1", "--format=%s", said[..said.IndexOf(';', StringComparison.Ordinal)]));
    }

    [ProgramFact("git")]
    public async Task A_repository_that_git_cannot_read_any_more_is_not_said_to_have_no_branch()
    {
        await SetUpAsync("true");
        var task = await WorkedTask.RunAsync(
            home.Path, $"{Commit}; echo '[[broken' >> \"$(git rev-parse --git-common-dir)/config\"", "hello", ["--worktree", "--cwd", repository], []);

        Assert.DoesNotContain("No branch is left", task.Answer, StringComparison.Ordinal);
        Assert.Contains("git does not tell which commits are left; what is not committed is in ", task.Result, StringComparison.Ordinal);
    }

    /// <summary>Whether a process runs. One that was ended stays listed as a zombie where nobody asks for its end.</summary>
    private static async Task<bool> RunsAsync(string processId)
    {
        try
        {
            return !(await File.ReadAllTextAsync($"/proc/{processId}/stat")).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [ProgramTheory("git")]
    [InlineData("git branch backchannel", "has a branch 'backchannel'", "git branch -m backchannel")]
    [InlineData("git config core.bare true", "is a bare one", "Clone it")]
    public async Task A_repository_that_takes_no_worktree_of_a_task_is_refused_at_the_start(string line, string what, string advice)
    {
        await SetUpAsync(line);

        var run = await ProgramRun.RunAsync(
            PublishedExecutable.Path, ["work", channel, "--local", "--worktree", "--cwd", repository, "--", "cat"], RunnerProcess.Environment(home.Path));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(what, run.Errors, StringComparison.Ordinal);
        Assert.Contains(advice, run.Errors, StringComparison.Ordinal);
    }

    [ProgramTheory("git")]
    [InlineData("rm -rf \"$PWD\"; echo done")]
    [InlineData("git worktree remove --force \"$PWD\"; echo done")]
    public async Task A_folder_that_the_command_removed_is_not_named(string line)
    {
        await SetUpAsync("true");

        var task = await WorkedTask.RunAsync(home.Path, line, "hello", ["--worktree", "--cwd", repository], []);

        Assert.StartsWith("done\n\nBranch: backchannel/", task.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("is in /", task.Result, StringComparison.Ordinal);
    }

    /// <returns>The processes that do not end.</returns>
    private async Task<int[]> HungAsync()
    {
        using var written = new FileSystemWatcher(home.Path) { EnableRaisingEvents = true };
        var hung = new SemaphoreSlim(0);
        written.Renamed += (_, _) => hung.Release();
        while (!File.Exists(Trace))
        {
            await hung.WaitAsync().Within();
        }

        return [.. (await File.ReadAllTextAsync(Trace)).Split(' ').Select(static id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    private async Task SetUpAsync(string line)
    {
        var setup = await ProgramRun.RunAsync(
            "sh", ["-c", $"git init -q . && git -c user.name=t -c user.email=t@t commit -q --allow-empty -m first; {line}"], RunnerProcess.Environment(home.Path), repository);
        Assert.True(setup.ExitCode == 0, setup.Errors);
    }

    private async Task<string> GitAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync("git", arguments, RunnerProcess.Environment(home.Path), repository);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output.Trim();
    }
}
