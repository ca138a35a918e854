using System.Diagnostics;

namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary>What a host's hook says of what the session's server has written down.</summary>
public sealed partial class HookTests : IAsyncLifetime
{
    private const string Stop = """{"session_id":"s","hook_event_name":"Stop","stop_hook_active":false}""";

    private readonly string lane = $"lane-{Guid.NewGuid():n}";

    private TemporaryHome Home { get; set; } = null!;

    private AgentProcess Worker { get; set; } = null!;

    public static TheoryData<string, string> EndsOfTurns => new()
    {
        { "codex", """{"hook_event_name":"Stop","turn_id":"t","stop_hook_active":true}""" },
        { "qwen-code", Stop },
        { "gemini-cli", """{"hook_event_name":"AfterAgent","prompt":"go on","prompt_response":"Done."}""" },
        { "copilot-cli", """{"sessionId":"s","timestamp":1,"stopReason":"end_turn"}""" },
    };

    public async Task InitializeAsync()
    {
        Home = new TemporaryHome();
        Worker = await AgentProcess.StartAsync(Home.Path, "worker");
    }

    public async Task DisposeAsync()
    {
        await Worker.DisposeAsync();
        Home.Dispose();
    }

    [UnixTheory]
    [MemberData(nameof(EndsOfTurns))]
    public async Task At_the_end_of_a_turn_the_host_goes_on_with_what_is_new_once(string client, string input)
    {
        await using var session = await StartAsync(client);
        var id = await PostAsync(session);
        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, input, client));
        await WorkAsync();
        await NewsAsync();

        var told = await HookProcess.RunAsync(Home.Path, input, client);
        Assert.Equal(0, told.ExitCode);
        var decision = System.Text.Json.JsonElement.Parse(told.Output);
        Assert.Equal("block", decision.Text("decision"));
        Assert.Contains($"call await_result with message_id {id} ", decision.Text("reason"), StringComparison.Ordinal);
        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, input, client));
    }

    // The second is the end of a turn that a hook began.
    [UnixTheory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task A_hook_of_Claude_Code_waits_and_ends_so_that_the_host_wakes_its_session(string isOfHook)
    {
        await using var session = await StartAsync("claude-code");
        var id = await PostAsync(session);
        await using var hook = HookProcess.Start(Home.Path, $$"""{"session_id":"s","hook_event_name":"Stop","stop_hook_active":{{isOfHook}}}""", ["claude-code"]);
        await WaiterAsync();
        await WorkAsync();

        var told = await hook.EndAsync();
        Assert.Equal(2, told.ExitCode);
        Assert.Equal("", told.Output);
        Assert.Contains($"call await_result with message_id {id} ", told.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Of_the_hooks_that_the_turns_of_one_session_start_one_waits()
    {
        await using var session = await StartAsync("claude-code");
        await using var first = HookProcess.Start(Home.Path, Stop, ["claude-code"]);
        await WaiterAsync();

        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, Stop, "claude-code"));
        Assert.False(first.Process.HasExited);
        await PostAsync(session);
        await WorkAsync();
        Assert.Equal(2, (await first.EndAsync()).ExitCode);
    }

    [UnixFact]
    public async Task While_a_hook_waits_the_server_leaves_it_to_tell()
    {
        await using var host = HostSocket.Listen(Home.Path);
        await using var session = await AgentProcess.StartAsClientAsync("claude-code", Home.Path, "session", host.Environment("CLAUDE_CODE", lane));
        await using var hook = HookProcess.Start(Home.Path, Stop, ["claude-code"]);
        await WaiterAsync();
        await PostAsync(session);
        await WorkAsync();
        Assert.Equal(2, (await hook.EndAsync()).ExitCode);

        // No hook waits any more.
        var next = await PostAsync(session);
        await WorkAsync();
        var text = await host.ReadTextAsync();
        Assert.Contains($"1 task that you posted is over, call await_result with message_id {next} ", text, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_headless_run_is_not_held()
    {
        await using var session = await StartAsync("claude-code");
        await PostAsync(session);

        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, Stop, "claude-code", new Dictionary<string, string> { ["CLAUDE_CODE_SESSION_ATTENDED"] = "0" }));
    }

    [UnixFact]
    public async Task A_headless_run_is_told_of_what_it_posted_and_not_of_its_lanes()
    {
        var headless = new Dictionary<string, string> { ["CLAUDE_CODE_SESSION_ATTENDED"] = "0" };
        await using var session = await StartAsync("claude-code");
        await PostAsync(Worker);
        await StateAsync(static text => text.Contains("task:", StringComparison.Ordinal));
        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, Stop, "claude-code", headless));

        await WorkAsync();
        var own = await PostAsync(session);
        await WorkAsync();
        await StateAsync(static text => text.Contains("over:", StringComparison.Ordinal));
        Assert.Contains($"call await_result with message_id {own} ", (await HookProcess.RunAsync(Home.Path, Stop, "claude-code", headless)).Errors, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_session_without_a_server_inside_another_one_takes_nothing_of_that()
    {
        await using var session = await StartAsync("codex");
        await PostAsync(session);
        await WorkAsync();
        await NewsAsync();

        // The inner host runs its hook through a shell of its own.
        Assert.Equal(new ProgramRun(0, "", ""), await RunBelowAsync("codex"));
        Assert.Contains("block", (await RunBelowAsync("make")).Output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_hook_whose_server_was_killed_says_nothing()
    {
        await using var session = await StartAsync("codex");
        await PostAsync(session);
        await WorkAsync();
        await NewsAsync();
        await session.KillAsync();

        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, Stop, "codex"));
    }

    [UnixFact]
    public async Task A_hook_that_waits_ends_when_its_server_is_killed()
    {
        await using var session = await StartAsync("claude-code");
        await using var hook = HookProcess.Start(Home.Path, Stop, ["claude-code"]);
        await WaiterAsync();
        await session.KillAsync();

        Assert.Equal(new ProgramRun(0, "", ""), await hook.EndAsync());
    }

    [UnixFact]
    public async Task A_hook_says_nothing_of_the_session_of_another_host()
    {
        await using var session = await StartAsync("claude-code");
        await PostAsync(session);
        await WorkAsync();
        await NewsAsync();

        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, Stop, "codex"));
    }

    [UnixFact]
    public async Task The_agent_of_a_runner_is_told_nothing()
    {
        await using var session = await StartAsync("codex");
        await PostAsync(session);
        await WorkAsync();
        await NewsAsync();

        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(Home.Path, Stop, "codex", new Dictionary<string, string> { ["BACKCHANNEL_WORK"] = "1" }));
    }

    [UnixFact]
    public async Task A_hook_needs_no_input_no_bus_and_starts_none()
    {
        await using var session = await AgentProcess.StartAsClientAsync("codex", Home.Path, "session", new Dictionary<string, string>
        {
            ["BACKCHANNEL_BASE_URL"] = "http://127.0.0.1:9",
            ["BACKCHANNEL_WAKE"] = lane,
        });
        using var other = new TemporaryHome();

        await using var hook = HookProcess.Start(Home.Path, input: null, ["codex"]);
        Assert.Equal(new ProgramRun(0, "", ""), await hook.EndAsync());
        Assert.Equal(new ProgramRun(0, "", ""), await HookProcess.RunAsync(other.Path, Stop, "codex"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(other.Path));
    }

    [UnixTheory]
    [InlineData("opencode")]
    [InlineData("copilot-cli")]
    public async Task For_a_plugin_it_prints_a_line_for_each_wake_until_its_input_ends(string client)
    {
        await using var hook = HookProcess.Start(Home.Path, input: null, [client, "--wait"]);
        await using var session = await StartAsync(client);
        foreach (var id in (string[])[await PostAsync(session), await PostAsync(session)])
        {
            await WorkAsync();
            Assert.Contains(id, await hook.ReadLineAsync(), StringComparison.Ordinal);
        }

        hook.Process.StandardInput.Close();
        Assert.Equal(new ProgramRun(0, "", ""), await hook.EndAsync());
    }

    [UnixFact]
    public async Task For_a_plugin_it_ends_with_the_process_that_started_it()
    {
        // The hook has both ends of its input open, so that input never ends.
        var start = new ProcessStartInfo("sh", ["-c", "mkfifo $HOME/open; \"$0\" hook opencode --wait <> $HOME/open & wait", PublishedExecutable.Path])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = Home.Path;
        using var parent = Process.Start(start)!;
        await using var session = await StartAsync("opencode");
        var id = await PostAsync(session);
        await WorkAsync();
        Assert.Contains(id, await parent.StandardOutput.ReadLineAsync().Within(what: "a line of the hook"), StringComparison.Ordinal);
        parent.Kill();

        // The hook holds the output of its parent open for as long as it lives.
        Assert.Equal("", await parent.StandardOutput.ReadToEndAsync().Within(what: "the end of the hook"));
    }

    [UnixFact]
    public async Task What_the_session_waits_for_is_written_for_the_user_alone_and_goes_with_the_server()
    {
        await using var session = await StartAsync("codex");
        await PostAsync(session);
        var file = await StateAsync(static text => text.Contains("awaits\":[\"", StringComparison.Ordinal));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.Equal(0, await session.EndAsync());
        Assert.Empty(Directory.EnumerateFiles(Folder));
    }

    [UnixFact]
    public async Task What_a_killed_server_left_behind_is_removed_by_the_next()
    {
        var killed = await StartAsync("codex");
        var file = await StateAsync(static _ => true);
        await killed.KillAsync();
        await killed.DisposeAsync();
        await using var session = await StartAsync("codex");

        await StateAsync(_ => !File.Exists(file));
    }

    [UnixFact]
    public async Task Without_the_setting_nothing_is_written()
    {
        await using var session = await AgentProcess.StartAsync(Home.Path, "session");
        await PostAsync(session);

        Assert.False(Directory.Exists(Folder));
    }

    /// <summary>Runs a hook below a process of that name, which the test starts.</summary>
    private Task<ProgramRun> RunBelowAsync(string name) => ProgramRun.RunAsync(
        "bash", ["-c", $"exec -a {name} sh -c '\"$0\" hook codex < /dev/null; true' \"$0\"", PublishedExecutable.Path], new Dictionary<string, string?> { ["HOME"] = Home.Path });

    private string Folder => Path.Combine(Home.BusFolder, "wake");

    private Task<AgentProcess> StartAsync(string client) =>
        AgentProcess.StartAsClientAsync(client, Home.Path, "session", new Dictionary<string, string> { ["BACKCHANNEL_WAKE"] = lane });

    private async Task<string> PostAsync(AgentProcess agent) =>
        (await agent.CallAsync("post_task", $$"""{"channel":"{{lane}}","content":"hello"}""")).Text("message_id");

    private async Task WorkAsync()
    {
        var claimed = await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}","wait_seconds":20}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}","result":"done"}""");
    }

    /// <summary>Waits until the server has something to tell.</summary>
    private Task<string> NewsAsync() => StateAsync(static text => text.Contains("\"news\":[{", StringComparison.Ordinal));

    /// <summary>Waits until a hook waits.</summary>
    private Task WaiterAsync() => UntilAsync(() => Directory.Exists(Folder) && Directory.EnumerateFiles(Folder, "*.waiter").Any());

    private async Task<string> StateAsync(Predicate<string> isSo)
    {
        string? found = null;
        await UntilAsync(() => (found = Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.json").FirstOrDefault(file => isSo(Read(file))) : null) is not null);
        return found!;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    /// <summary>Looks again after each answer of another session.</summary>
    private async Task UntilAsync(Func<bool> isSo)
    {
        var deadline = Deadline.Token();
        while (!isSo())
        {
            deadline.ThrowIfCancellationRequested();
            await Worker.CallAsync("list_channels", "{}");
        }
    }
}
