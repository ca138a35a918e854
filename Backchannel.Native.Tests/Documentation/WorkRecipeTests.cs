using System.Text.Json;
using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>The recipes of the README that need no agent host, as they stand there.</summary>
public sealed class WorkRecipeTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [UnixFact]
    public async Task The_shortest_worker_answers()
    {
        var lines = WorkRecipes.Lines();
        await using var runner = RunnerProcess.LaunchLine(home.Path, home.Path, lines[0].Split(" &")[0]);
        await runner.WaitUntilReadyAsync();

        var posted = JsonDocument.Parse(await ShellAsync(lines[1])).RootElement;
        var answer = JsonDocument.Parse(await ShellAsync(lines[2].Replace("MESSAGE_ID", posted.Text("message_id"), StringComparison.Ordinal))).RootElement;

        Assert.Equal("HELLO", answer.GetProperty("result").Text("content"));
        await runner.SignalAsync("TERM");
        Assert.Equal(0, await runner.EndAsync());
    }

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

    /// <summary>Types a line of the README with the program on the PATH, in an environment that names no bus.</summary>
    private async Task<string> ShellAsync(string line)
    {
        var environment = new Dictionary<string, string?>(RunnerProcess.Environment(home.Path))
        {
            ["PATH"] = $"{Path.GetDirectoryName(PublishedExecutable.Path)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["BACKCHANNEL_BASE_URL"] = null,
        };
        var run = await ProgramRun.RunAsync("sh", ["-c", line], environment, home.Path);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output;
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
