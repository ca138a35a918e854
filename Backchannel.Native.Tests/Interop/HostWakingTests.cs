using System.Globalization;
using Backchannel.Native.Tests.EndToEnd.Work;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.Interop;

/// <summary>Sessions of real agent hosts, open in a terminal, whose model plays a script: what begins a turn although nobody types.</summary>
/// <remarks>
/// The scripts hold what the tests do not show: how long no request may come after a text. A turn that nothing has begun would be such a request, and so would
/// be a second turn for the same event; both end the run with an error.
/// </remarks>
[Trait(Soak.Name, Soak.Value)]
[Collection(Soak.Name)]
public sealed class HostWakingTests(ITestOutputHelper output) : IDisposable
{
    private const string Work = "Read src/parser.c and list what could crash.";
    private const string Result = "Line 40: a length is not checked.";
    private const string Sentence = "Your MCP server backchannel (a program, not the user) says: ";

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [Host("claude-code", "codex")]
    [Host("opencode", "qwen-code")]
    [Host("copilot-cli", "")]
    public async Task An_idle_session_is_woken_once_for_a_result_and_once_for_a_task(string host, string another) => await InEachAsync([host, another], async (host, home) =>
    {
        await using var session = HostRun.Start(host, home, "wake.json", line: null, "--interactive", "--wake", "answers");
        await FinishAsync(home, session, afterwards: "idle after: The task is posted.");

        await session.SeeAsync("idle after: The result is there.");
        var id = await RunnerProcess.PostAsync(home, "answers", Work);

        await session.EndAsync();
        Assert.Equal(Result, (await RunnerProcess.AwaitAsync(home, id)).GetProperty("result").Text("content"));
        Assert.Equal(2, (await session.SeenByModelAsync()).Split('\n').Max(static request => request.Split(Sentence).Length - 1));
    });

    // A session is woken twenty times and then waits for its user, so fifty tasks take three sessions.
    [Theory]
    [Host("claude-code")]
    [Host("qwen-code")]
    [Host("opencode")]
    [Host("copilot-cli")]
    [Host("codex")]
    public async Task Each_task_begins_one_turn(string host)
    {
        var (sessions, tasks) = (Soak.Times(1, 3), Soak.Times(2, 17));
        var script = Path.Combine(home.Path, "script.json");
        await File.WriteAllTextAsync(script, TurnFor(tasks));
        var (waits, calls) = (new List<double>(), new List<double>());
        for (var i = 0; i < sessions; i++)
        {
            await using var session = HostRun.Start(host, home.Path, script, line: null, "--interactive", "--wake", "answers", "--limit", "900");
            await session.SeeAsync("idle after: Ready.");
            var posts = new List<DateTimeOffset>();
            for (var task = 1; task <= tasks; task++)
            {
                posts.Add(TimeProvider.System.GetUtcNow());
                var id = await RunnerProcess.PostAsync(home.Path, "answers", Work);
                calls.Add((TimeProvider.System.GetUtcNow() - posts[^1]).TotalMilliseconds);
                await session.SeeAsync($"idle after: Task {task} is done.");
                Assert.Equal(Result, (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
            }

            await session.EndAsync();
            var requests = await session.RequestTimesAsync();
            waits.AddRange(posts.Select(post => (requests.First(request => request > post) - post).TotalMilliseconds));
        }

        waits.Sort();
        await Soak.TellAsync(output, string.Create(
            CultureInfo.InvariantCulture,
            $"{host}: {waits.Count} tasks, one turn each; from the call of post_task to the turn: median {waits[waits.Count / 2]:0} ms, most {waits[^1]:0} ms; the call itself at most {calls.Max():0} ms"));
    }

    // Nothing from outside begins a turn of an idle Gemini CLI: it has neither a socket nor a queue, and its hooks run in a turn only.
    [Theory]
    [Host("gemini-cli")]
    public async Task A_session_goes_on_at_the_end_of_its_turn_and_is_left_alone_when_it_is_idle(string host)
    {
        await using var session = HostRun.Start(host, home.Path, "turn-end.json", line: null, "--interactive", "--wake", "answers");
        await FinishAsync(home.Path, session);
        await session.GoOnAsync("result");

        await session.SeeAsync("idle after: The result is there.");
        await RunnerProcess.PostAsync(home.Path, "answers", Work);

        await session.EndAsync();
        Assert.Equal(1, (await session.SeenByModelAsync()).Split('\n').Max(static request => request.Split(Sentence).Length - 1));
    }

    [Theory]
    [Host("claude-code", "codex", "gemini-cli")]
    [Host("opencode", "qwen-code", "copilot-cli")]
    public async Task A_session_whose_waking_was_taken_out_is_not_woken(string host, string second, string third) => await InEachAsync([host, second, third], async (host, home) =>
    {
        await ConfigureAsync(home, host, "--local", "--write");
        var before = Files(home);
        await ConfigureAsync(home, host, "--local", "--write", "--wake", "answers");
        Assert.NotEqual(before, Files(home));
        await ConfigureAsync(home, host, "--unwake", "--write");
        Assert.Equal(before, Files(home));

        await using var session = HostRun.Start(host, home, "unwake.json", line: null, "--interactive");
        await FinishAsync(home, session, afterwards: "idle after: The task is posted.");
        await RunnerProcess.PostAsync(home, "answers", Work);

        await session.EndAsync();
    });

    // Claude Code waits for its hooks then, also for one that waits beside the session in a terminal; the others load their plugin or extension.
    [Theory]
    [Host("claude-code", "codex", "gemini-cli")]
    [Host("opencode", "qwen-code", "copilot-cli")]
    public async Task A_headless_run_ends_after_its_turn_although_it_is_set_up_to_be_woken(string host, string second, string third) => await InEachAsync([host, second, third], async (host, home) =>
    {
        await using var run = HostRun.Start(host, home, "unwake.json", line: null, "--wake", "answers");

        await run.EndAsync();
        Assert.DoesNotContain(Sentence, await run.SeenByModelAsync(), StringComparison.Ordinal);
    });

    [Theory]
    [Host("claude-code")]
    public async Task The_end_of_a_task_of_the_extension_begins_a_turn(string host)
    {
        await using var session = HostRun.Start(host, home.Path, "task.json", line: null, "--interactive");
        await FinishAsync(home.Path, session, afterwards: "idle after: The task is posted.");

        await session.EndAsync();
        Assert.Contains(Result, await session.SeenByModelAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [Host("claude-code")]
    public async Task A_continued_session_with_a_new_server_hears_of_the_end_of_its_task_although_the_bus_was_killed(string host)
    {
        await using (var first = HostRun.Start(host, home.Path, "task-begin.json", line: null, "--interactive"))
        {
            await first.EndAsync();
            Assert.DoesNotContain(Result, await first.SeenByModelAsync(), StringComparison.Ordinal);
        }

        Assert.NotEmpty(home.BusProcesses());
        foreach (var bus in home.BusProcesses())
        {
            bus.Kill();
            await bus.WaitForExitAsync().Within();
        }

        await using var second = HostRun.Start(host, home.Path, "task.json", line: null, "--interactive", "--prompt", "", "--", "--continue");
        await FinishAsync(home.Path, second);

        await second.EndAsync();
        Assert.Contains(Result, await second.SeenByModelAsync(), StringComparison.Ordinal);
    }

    /// <summary>A script that does each task that wakes it, and says so.</summary>
    private static string TurnFor(int tasks)
    {
        var turns = Enumerable.Range(1, tasks).Select(task =>
            $$$"""
            {"tool": "claim_task", "arguments": {"channel": "answers"}},
            {"tool": "ack_task", "arguments": {"message_id": "$message_id", "result": "{{{Result}}}"}},
            {"text": "Task {{{task}}} is done.", "idle": 1, "quiet": {{{(task == tasks ? 5 : 0)}}} }
            """);
        // Codex is woken once its session has called a tool of the server.
        return $$"""[{"tool": "my_tasks", "arguments": {} }, {"text": "Ready.", "idle": 1}, {{string.Join(",\n", turns)}}]""";
    }

    /// <summary>Plays a test in several hosts at once, each with a home of its own: most of their time they wait.</summary>
    /// <param name="hosts">Empty ones are none.</param>
    private async Task InEachAsync(string[] hosts, Func<string, string, Task> act) => await Task.WhenAll(hosts.Where(static host => host.Length > 0).Select(async host =>
    {
        try
        {
            await act(host, Directory.CreateDirectory(Path.Combine(home.Path, host)).FullName);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{host}: {fault.Message}", fault);
        }
    }));

    /// <summary>Does the task that the session has posted.</summary>
    /// <param name="afterwards">What the model says before the result comes; null: it need not have said anything.</param>
    private static async Task FinishAsync(string home, HostRun session, string? afterwards = null)
    {
        var claim = await session.ClaimAsync("reviews");
        if (afterwards is not null)
        {
            await session.SeeAsync(afterwards);
        }

        await RunnerProcess.CallAsync(home, "ack_task", "--message_id", claim.Text("message_id"), "--actor", "worker", "--result", Result);
    }

    private static async Task ConfigureAsync(string home, string host, params string[] options)
    {
        var run = await NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home }, ["config", host, .. options]);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    /// <summary>All files of the home and what is in them, but the copies that are kept of what was before.</summary>
    private static List<string> Files(string home) => [.. Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
        .Where(static file => !file.EndsWith(".bak", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(static file => $"{file}: {Convert.ToHexString(File.ReadAllBytes(file))}")];
}
