using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>A fresh worktree for each task: whatever its command does there, nothing that it committed is lost, and the poster hears where it is.</summary>
public sealed class WorktreeTests(NativeHome home) : IClassFixture<NativeHome>
{
    /// <summary>Commits the file <c>NAME.txt</c>.</summary>
    private const string Functions = "commit() { echo \"$1\" > \"$1.txt\"; git add . && git -c user.name=t -c user.email=t@t commit -q -m \"$1\"; }; ";

    private readonly string repository = Directory.CreateDirectory(Path.Combine(home.Path, $"repository-{Guid.NewGuid():n}")).FullName;

    [ProgramFact("git")]
    public async Task Each_task_gets_a_worktree_whose_branch_the_result_names()
    {
        var task = await RunAsync("commit work; pwd");

        var lines = task.Result!.Split('\n');
        Assert.NotEqual(repository, lines[0]);
        Assert.False(Directory.Exists(lines[0]));
        Assert.Equal("work", await GitAsync("show", $"{lines[^1]["Branch: ".Length..].TrimEnd('.')}:work.txt"));
    }

    [ProgramFact("git")]
    public async Task Commits_on_a_detached_head_are_on_the_branch_afterwards()
    {
        var task = await RunAsync("git checkout -q --detach; commit one; commit two; pwd");

        var lines = task.Result!.Split('\n');
        Assert.False(Directory.Exists(lines[0]));
        Assert.Equal("two", await GitAsync("show", $"{lines[^1]["Branch: ".Length..].TrimEnd('.')}:two.txt"));
    }

    [ProgramFact("git")]
    public async Task Commits_on_a_detached_head_that_the_branch_does_not_lead_to_get_a_branch_of_their_own()
    {
        var task = await RunAsync("commit one; git checkout -q --detach HEAD~1; commit two");

        var branches = task.Result!.Split('\n')[^1]["Branches: ".Length..].TrimEnd('.').Split(", ");
        Assert.Equal(2, branches.Length);
        Assert.Equal("one", await GitAsync("show", $"{branches[0]}:one.txt"));
        Assert.Equal("two", await GitAsync("show", $"{branches[1]}:two.txt"));
    }

    [ProgramFact("git")]
    public async Task Commits_that_were_left_again_are_kept_and_named()
    {
        var task = await RunAsync("commit one; git reset -q --hard HEAD~1; git checkout -q --detach; commit two; git checkout -q -");

        var said = task.Result!.Split('\n')[^1];
        Assert.Contains("commits on no branch: refs/backchannel/", said, StringComparison.Ordinal);
        var place = said[said.IndexOf("refs/", StringComparison.Ordinal)..].Split('/')[2];
        var kept = await GitAsync("log", "--format=%s", $"--glob=refs/backchannel/{place}/*");
        Assert.Equal(["first", "one", "two"], kept.Split('\n').Order());
    }

    [ProgramFact("git")]
    public async Task A_branch_that_the_command_made_is_named_too()
    {
        var task = await RunAsync("git checkout -q -b topic-x; commit one");

        Assert.EndsWith(", topic-x.", task.Result, StringComparison.Ordinal);
        Assert.Equal("one", await GitAsync("show", "topic-x:one.txt"));
    }

    [ProgramTheory("git")]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("exec sleep 600", "its time limit")]
    public async Task The_reason_of_a_failed_run_names_its_branch_and_the_folder_of_what_is_not_committed(string end, string what)
    {
        var task = await RunAsync($"commit one; echo half > left.txt; {end}", "--timeout", end.StartsWith("exec", StringComparison.Ordinal) ? "2" : "60");

        Assert.Equal("failed", task.Status);
        Assert.Contains(what, task.Answer, StringComparison.Ordinal);
        var reason = task.Answer[task.Answer.IndexOf("Branch: ", StringComparison.Ordinal)..];
        Assert.Equal("one", await GitAsync("show", $"{reason["Branch: ".Length..reason.IndexOf(';', StringComparison.Ordinal)]}:one.txt"));
        var folder = reason[(reason.IndexOf("is in ", StringComparison.Ordinal) + "is in ".Length)..].Split(". ")[0].Split('"')[0].TrimEnd('.');
        Assert.Equal("half\n", await File.ReadAllTextAsync(Path.Combine(folder, "left.txt")));
    }

    private async Task<WorkedTask> RunAsync(string line, params string[] options)
    {
        var setup = await ProgramRun.RunAsync(
            "sh", ["-c", "git init -q . && git -c user.name=t -c user.email=t@t commit -q --allow-empty -m first"], RunnerProcess.Environment(home.Path), repository);
        Assert.True(setup.ExitCode == 0, setup.Errors);
        return await WorkedTask.RunAsync(home.Path, Functions + line, "hello", ["--worktree", "--cwd", repository, .. options], []);
    }

    private async Task<string> GitAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync("git", arguments, RunnerProcess.Environment(home.Path), repository);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output.Trim();
    }
}
