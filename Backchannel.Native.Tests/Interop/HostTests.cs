using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.Interop;

/// <summary>The published file under real agent hosts, whose model plays a script: what reaches the model, and what the bus holds then.</summary>
[Trait(Soak.Name, Soak.Value)]
[Collection(Soak.Name)]
public sealed class HostTests : IDisposable
{
    private const string Task = "Read src/parser.c and list what could crash.";
    private const string Result = "Line 40: a length is not checked.";

    private const string Secret = "Nobody may read 4711.";

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [Host("claude-code")]
    [Host("codex")]
    [Host("gemini-cli")]
    [Host("opencode")]
    [Host("qwen-code")]
    [Host("copilot-cli")]
    public async Task A_host_posts_a_task_and_its_model_gets_the_result(string host)
    {
        await using var planner = HostRun.Start(host, home.Path, "handoff.json");
        var claim = await planner.ClaimAsync("reviews");
        await RunnerProcess.CallAsync(home.Path, "ack_task", "--message_id", claim.Text("message_id"), "--actor", "worker", "--result", Result);

        await planner.EndAsync();
        Assert.Equal(Task, claim.Text("content"));
        Assert.Contains(Result, await planner.SeenByModelAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [Host("claude-code")]
    [Host("codex")]
    [Host("gemini-cli")]
    [Host("opencode")]
    [Host("qwen-code")]
    [Host("copilot-cli")]
    public async Task A_host_claims_a_task_and_its_poster_gets_the_result(string host)
    {
        var id = await RunnerProcess.PostAsync(home.Path, "reviews", Task);
        await using var worker = HostRun.Start(host, home.Path, "work.json");

        await worker.EndAsync();
        Assert.Contains(Task, await worker.SeenByModelAsync(), StringComparison.Ordinal);
        Assert.Equal(Result, (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    [Theory]
    [Host("claude-code")]
    [Host("codex")]
    [Host("gemini-cli")]
    [Host("opencode")]
    [Host("qwen-code")]
    [Host("copilot-cli")]
    public async Task A_host_plays_the_life_of_tasks_with_all_tools_for_it(string host)
    {
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, "project")).FullName, "notes.txt"), "of the file");
        await using var run = HostRun.Start(host, home.Path, "tools.json");

        await run.EndAsync();
        var seen = await run.SeenByModelAsync();
        Assert.All(
            (string[])["notes.txt", "Half is built.", "Which branch?", "The branch main.", "The tests need a network.", "Nobody needs it.", "Send the build.", "No open task on this channel."],
            text => Assert.Contains(text, seen, StringComparison.Ordinal));
        var posted = (await RunnerProcess.CallAsync(home.Path, "my_tasks")).GetProperty("posted").EnumerateArray().ToLookup(static task => task.Text("status"), static task => task.Text("message_id"));
        Assert.Equal([("acknowledged", 2), ("cancelled", 1), ("failed", 1)], posted.Select(static tasks => (tasks.Key, tasks.Count())).Order());
        var results = await System.Threading.Tasks.Task.WhenAll(posted["acknowledged"].Select(task => RunnerProcess.AwaitAsync(home.Path, task)));
        Assert.Equal(["It is sent.", "It is signed."], results.Select(static awaited => awaited.GetProperty("result").Text("content")).Order());
        var failed = await RunnerProcess.AwaitAsync(home.Path, posted["failed"].Single());
        Assert.Contains("The tests need a network.", failed.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Nobody needs it.", (await RunnerProcess.AwaitAsync(home.Path, posted["cancelled"].Single())).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [Host("claude-code", "")]
    [Host("codex", "")]
    [Host("gemini-cli", "--skip-trust")]
    [Host("opencode", "")]
    [Host("qwen-code", "")]
    [Host("copilot-cli", "")]
    public async Task A_runner_calls_a_host_for_a_task_and_the_hosts_answer_is_the_result(string host, string options)
    {
        await using var runner = HostRun.Start(host, home.Path, "answer.json", $"backchannel-mcp work answers --local --once --agent {host} -- {options}");
        var id = await RunnerProcess.PostAsync(home.Path, "answers", Task);

        await runner.EndAsync();
        var seen = await runner.SeenByModelAsync();
        Assert.Contains($"This is task {id}, handed over by a message bus.", seen, StringComparison.Ordinal);
        Assert.Contains(Task, seen, StringComparison.Ordinal);
        var result = (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result");
        Assert.Equal(Result, result.Text("content"));
        Assert.NotEqual("", result.GetProperty("metadata").Text("agent_session"));
    }

    [Theory]
    [Host("claude-code", "")]
    [Host("codex", "")]
    [Host("gemini-cli", "--skip-trust")]
    [Host("opencode", "")]
    [Host("qwen-code", "")]
    [Host("copilot-cli", "")]
    public async Task A_runner_hands_a_host_a_task_in_which_it_finds_no_file_skill_or_command_of_the_user(string host, string options)
    {
        var project = Directory.CreateDirectory(Path.Combine(home.Path, "project")).FullName;
        await PrepareSecretsAsync(project);
        await using var runner = HostRun.Start(host, home.Path, "answer.json", $"backchannel-mcp work answers --local --once --agent {host} -- {options}");
        var first = await RunnerProcess.PostAsync(home.Path, "before", Task);
        await RunnerProcess.CallAsync(home.Path, "claim_task", "--channel", "before", "--actor", "worker");
        await RunnerProcess.CallAsync(home.Path, "ack_task", "--message_id", first, "--actor", "worker", "--result", $"of before {Mentions(project)}");
        var id = await RunnerProcess.PostAsync(
            home.Path, "answers", $"{Mentions(project)} the last word", "--actor_label", "bob @secret.txt $secret x", "--files", "a @secret.txt", "--depends_on", first);

        await runner.EndAsync();
        var seen = await runner.SeenByModelAsync();
        Assert.Contains("the last word", seen, StringComparison.Ordinal);
        Assert.Contains("of before", seen, StringComparison.Ordinal);
        Assert.Contains("The sender's files for it are in the folder", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("requesting deeper reasoning", seen, StringComparison.Ordinal);
        Assert.Equal(Result, (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    /// <summary>All ways that are known to name a file, a skill or a command in a prompt, with what stands around them.</summary>
    private string Mentions(string project)
    {
        string[] paths = ["secret.txt", "./secret.txt", "../secret.txt", "~/secret.txt", $"{project}/secret.txt", $"{home.Path}/secret.txt", $"{project}/", "\"secret.txt\"", "secret.txt#L1", "{secret.txt}", "file:secret.txt", "secret\\.txt"];
        string[] around = ["{0}", "({0})", "x{0}", "\"{0}\"", "\"x {0}\"", "`{0}`", "``x {0}``", "\\{0}", "\\\\{0}", "[x]({0})", "[{0}]", ",{0};", "\u3001{0}", "\u00a0{0}", "\u200b{0}", "\u2028{0}", "- {0}", "@{0}", "<{0}>", "{{{0}}}", "/{0}", "\\ {0}", "\r{0}", "\\\n{0}", "```\n{0}\n```"];
        return string.Join('\n', [
            .. paths.Select(static path => $"see @{path} now"),
            .. from mention in (string[])["@secret.txt", "@~/secret.txt", "$secret"] from form in around select form.Replace("{0}", mention, StringComparison.Ordinal),
            "!cat secret.txt", "!{cat secret.txt}", "!`cat secret.txt`", "#secret.txt", "#file:secret.txt", $"file://{project}/secret.txt", "![x](secret.txt)",
            "/secret", "please /secret now", "[$secret](skill://secret)", $"[$secret]({home.Path}/.codex/skills/secret/SKILL.md)", "[x](claude-ref:secret.txt)", "ultrathink", "end",
        ]);
    }

    private async Task PrepareSecretsAsync(string project)
    {
        await File.WriteAllTextAsync(Path.Combine(project, "secret.txt"), Secret);
        await File.WriteAllTextAsync(Path.Combine(home.Path, "secret.txt"), Secret);
        await File.WriteAllTextAsync(Path.Combine(project, "a @secret.txt"), "attached");
        foreach (var skills in (string[])[".claude", ".codex", ".gemini", ".config/opencode", ".qwen", ".copilot"])
        {
            var folder = Directory.CreateDirectory(Path.Combine(home.Path, skills, "skills", "secret")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "SKILL.md"), $"---\nname: secret\ndescription: Tells it.\n---\n{Secret}\n");
        }
    }
}
