using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>The recipe of the README that needs no agent host, as it stands there.</summary>
public sealed class WorkRecipeTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [ProgramFact("git", "make")]
    public async Task The_build_farm_builds_the_branch_that_a_task_names()
    {
        await PrepareAsync();
        var line = Assert.Single(WorkRecipes.Lines(), static line => line.StartsWith("backchannel-mcp work builds ", StringComparison.Ordinal));
        await using var runner = RunnerProcess.LaunchLine(home.Path, home.Path, line);
        await runner.WaitUntilReadyAsync();

        var good = await RunnerProcess.AwaitAsync(home.Path, await RunnerProcess.PostAsync(home.Path, "builds", "topic"));
        var bad = await RunnerProcess.AwaitAsync(home.Path, await RunnerProcess.PostAsync(home.Path, "builds", "no-such-branch; touch owned"));

        await runner.SignalAsync("TERM");
        Assert.Equal(0, await runner.EndAsync());
        Assert.Contains("built topic", good.GetProperty("result").Text("content"), StringComparison.Ordinal);
        Assert.Equal("failed", bad.Text("status"));
        Assert.False(File.Exists(Path.Combine(home.Path, "src", "project", "owned")));
    }

    /// <summary>A clone in <c>~/src/project</c> whose origin has a branch that can be built.</summary>
    private async Task PrepareAsync()
    {
        const string Commands =
            """
            set -e
            export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
            git init -q origin
            cd origin
            git commit -q --allow-empty -m first
            git checkout -q -b topic
            printf 'all:\n\t@echo built topic\n' > Makefile
            git add Makefile
            git commit -q -m topic
            git clone -q . "$HOME/src/project"
            """;
        var run = await ProgramRun.RunAsync("sh", ["-c", Commands], RunnerProcess.Environment(home.Path), home.Path);
        Assert.True(run.ExitCode == 0, run.Errors);
    }
}
