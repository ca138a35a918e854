using System.Text.Json;
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

    // What Claude Code puts before a text that came one of these ways.
    private const string TheHook = "Stop hook blocking error";
    private const string TheSocket = "Another Claude session sent a message";
    private const string TheExtension = "(backchannel/await_result) completed";

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

    // A session is woken twenty times and then waits for its user, so fifty events take three sessions.
    [Theory]
    [Host("claude-code", TheHook)]
    [Host("claude-code", TheSocket, "--settings", """{"disableAllHooks": true}""")]
    [Host("qwen-code", "")]
    [Host("opencode", "")]
    [Host("copilot-cli", "")]
    [Host("codex", "")]
    public async Task Each_task_and_each_result_begins_one_turn(string host, string way, params string[] more)
    {
        var measured = new WakeFigures(host, sessions: Soak.Times(1, 3));
        var pairs = Soak.Times(1, 9);
        var script = await WriteScriptAsync("""{"tool": "my_tasks", "arguments": {} }, {"text": "Ready.", "idle": 1}""", pairs, static number =>
            $$$"""
            {"tool": "claim_task", "arguments": {"channel": "answers"}},
            {"tool": "ack_task", "arguments": {"message_id": "$message_id", "result": "{{{Result}}}"}},
            {"tool": "post_task", "arguments": {"channel": "reviews", "content": "{{{Work}}}"}},
            {"text": "Task {{{number}}} is done.", "idle": 1},
            {"tool": "await_result", "arguments": {"message_id": "$message_id", "timeout_seconds": 0}},
            {"text": "Result {{{number}}} is there.", "idle": 1
            """);
        foreach (var _ in measured.Sessions)
        {
            await using var session = HostRun.Start(host, home.Path, script, line: null, ["--interactive", "--wake", "answers", "--limit", "900", "--", .. more]);
            // Codex is woken once its session has called a tool of the server.
            await session.SeeAsync("idle after: Ready.");
            for (var number = 1; number <= pairs; number++)
            {
                var id = await measured.TakeAsync(() => RunnerProcess.PostAsync(home.Path, "answers", Work));
                await session.SeeAsync($"idle after: Task {number} is done.");
                Assert.Equal(Result, (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));

                var claim = await session.ClaimAsync("reviews");
                await measured.TakeAsync(() => AcknowledgeAsync(home.Path, claim));
                await session.SeeAsync($"idle after: Result {number} is there.");
            }

            await measured.EndAsync(session, way, pairs * 2);
        }

        await Soak.TellAsync(output, measured.ToString());
    }

    [Theory]
    [Host("claude-code")]
    public async Task Each_end_of_a_task_of_the_extension_begins_one_turn(string host)
    {
        var measured = new WakeFigures(host, sessions: Soak.Times(1, 3));
        var tasks = Soak.Times(2, 17);
        const string Wait =
            $$$"""
            {"tool": "post_task", "arguments": {"channel": "reviews", "content": "{{{Work}}}"}},
            {"tool": "await_result", "arguments": {"message_id": "$message_id", "timeout_seconds": 600}},
            """;
        var script = await WriteScriptAsync($$"""{{Wait}} {"text": "Task 0 is posted.", "idle": 1}""", tasks, number => $$"""{{(number < tasks ? Wait : "")}} {"text": "Task {{number}} is posted.", "idle": 1""");
        foreach (var _ in measured.Sessions)
        {
            await using var session = HostRun.Start(host, home.Path, script, line: null, "--interactive", "--limit", "900");
            for (var number = 0; number < tasks; number++)
            {
                await session.SeeAsync($"idle after: Task {number} is posted.");
                var claim = await session.ClaimAsync("reviews");
                await measured.TakeAsync(() => AcknowledgeAsync(home.Path, claim));
            }

            await measured.EndAsync(session, TheExtension, tasks);
        }

        await Soak.TellAsync(output, measured.ToString());
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

    /// <summary>Writes a script of a first turn and of one turn, or several, for each number from 1 on.</summary>
    /// <param name="turn">Its last step is not closed: after the last one no request may come for a while.</param>
    private async Task<string> WriteScriptAsync(string first, int last, Func<int, string> turn)
    {
        var script = Path.Combine(home.Path, "script.json");
        var turns = Enumerable.Range(1, last).Select(number => $$"""{{turn(number)}}, "quiet": {{(number == last ? 5 : 0)}} }""");
        await File.WriteAllTextAsync(script, $"[{first}, {string.Join(",\n", turns)}]");
        return script;
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

        await AcknowledgeAsync(home, claim);
    }

    private static Task<JsonElement> AcknowledgeAsync(string home, JsonElement claim) =>
        RunnerProcess.CallAsync(home, "ack_task", "--message_id", claim.Text("message_id"), "--actor", "worker", "--result", Result);

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
