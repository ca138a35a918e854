using Backchannel.Native.Tests.Documentation;
using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.Interop;

/// <summary>The recipes of the README, as they stand there, with the real agent hosts and a scripted model, on a fresh home.</summary>
[Trait(Soak.Name, Soak.Value)]
[Collection(Soak.Name)]
public sealed class HostRecipeTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [Host("claude-code")]
    public async Task A_reviewer_answers_whenever_a_task_comes(string host)
    {
        var line = Assert.Single(WorkRecipes.Lines(), static line => line.StartsWith("backchannel-mcp work reviews ", StringComparison.Ordinal));
        await using var reviewer = HostRun.Start(host, home.Path, "answer.json", line);

        foreach (var task in (string[])["Read src/parser.c.", "Read src/writer.c."])
        {
            var id = await RunnerProcess.PostAsync(home.Path, "reviews", task);
            var result = await RunnerProcess.AwaitAsync(home.Path, id, seconds: 50);
            Assert.Equal("Line 40: a length is not checked.", result.GetProperty("result").Text("content"));
            Assert.Contains(task, await reviewer.SeenByModelAsync(), StringComparison.Ordinal);
        }

        await reviewer.StopAsync();
        await reviewer.EndAsync();
    }

    [Theory]
    [Host("claude-code", "codex", "gemini-cli")]
    public async Task One_agent_plans_and_two_others_implement_in_worktrees(string planning, string first, string second)
    {
        var lines = WorkRecipes.Lines().Where(static line => line.Contains(" work patches ", StringComparison.Ordinal)).Select(static line => line.TrimEnd('&', ' ')).ToList();
        var plan = WorkRecipes.Lines().Where(static line => line.StartsWith("claude -p ", StringComparison.Ordinal) || line.StartsWith("backchannel-mcp config ", StringComparison.Ordinal));
        await PrepareRepositoryAsync();
        await using var one = HostRun.Start(first, home.Path, "patch.json", Assert.Single(lines, line => line.Contains($"--agent {first} ", StringComparison.Ordinal)));
        await using var other = HostRun.Start(second, home.Path, "patch.json", Assert.Single(lines, line => line.Contains($"--agent {second} ", StringComparison.Ordinal)));
        await using var planner = HostRun.Start(planning, home.Path, "plan.json", string.Join('\n', plan));

        await planner.EndAsync();
        var seen = await planner.SeenByModelAsync();
        Assert.Contains("Branch: backchannel/", seen, StringComparison.Ordinal);
        foreach (var worker in (HostRun[])[one, other])
        {
            // Each has done one of the two.
            Assert.Contains("Check every length in src/", await worker.SeenByModelAsync(), StringComparison.Ordinal);
            await worker.StopAsync();
            await worker.EndAsync();
        }

        var branches = await ProgramRun.RunAsync("git", ["branch", "--list", "backchannel/*"], folder: Path.Combine(home.Path, "project"));
        Assert.Equal(2, branches.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private async Task PrepareRepositoryAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, "project")).FullName;
        var run = await ProgramRun.RunAsync("sh", ["-c", "git init -q . && git -c user.name=t -c user.email=t@t commit -q --allow-empty -m first"], folder: folder);
        Assert.True(run.ExitCode == 0, run.Errors);
    }
}
