using Backchannel.Native.Tests.EndToEnd.Sessions;
using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary>A server begins a turn of its session of Codex by <c>codex queue</c>; a script stands for that.</summary>
public sealed class CodexQueueTests(NativeHome home) : IClassFixture<NativeHome>, IAsyncLifetime
{
    private const string Thread = "0199c0de-77aa-7000-8000-000000000001";

    private readonly string lane = $"lane-{Guid.NewGuid():n}";

    private AgentProcess Worker { get; set; } = null!;

    public async Task InitializeAsync() => Worker = await AgentProcess.StartAsync(home.Path, "worker");

    public async Task DisposeAsync() => await Worker.DisposeAsync();

    [UnixFact]
    public async Task The_end_of_a_posted_task_is_queued_for_the_conversation_that_posted_it()
    {
        await using var session = await StartAsync("""printf '%s\n' "$@" > $HOME/queued.new; env >> $HOME/queued.new; mv $HOME/queued.new $HOME/queued""");
        var id = await PostAsync(session, Thread);
        await WorkAsync();

        await UntilAsync(() => File.Exists(Path.Combine(home.Path, "queued")));
        var lines = await File.ReadAllLinesAsync(Path.Combine(home.Path, "queued"));
        Assert.Equal(["queue", "--thread", Thread, "--message"], lines[..4]);
        Assert.StartsWith("Your MCP server backchannel (a program, not the user) says: 1 task that you posted is over, call await_result with message_id " + id, lines[4], StringComparison.Ordinal);
        Assert.Contains(" UTC, so look first if that is long ago)", lines[4], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, static line => line.Contains("TOKEN", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task What_could_not_be_queued_is_left_to_the_hook_at_the_end_of_the_turn()
    {
        await using var session = await StartAsync("echo 'no such thread' >&2; exit 1");
        await PostAsync(session, Thread);
        await WorkAsync();

        await UntilAsync(() => session.Errors.Contains("could not be woken by its codex queue: it ended with 1: no such thread", StringComparison.Ordinal));
        var told = await HookProcess.RunAsync(home.Path, """{"hook_event_name":"Stop"}""", "codex");
        Assert.Contains("\"decision\":\"block\"", told.Output, StringComparison.Ordinal);

        // It may have been stored, so it stays counted: the hook's own is the second wake.
        var file = Directory.EnumerateFiles(Wake, "*.told").Single(static file => File.ReadAllText(file).Contains("untold", StringComparison.Ordinal));
        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(2, lines.Count(static line => line == "wake"));
        Assert.DoesNotContain("unwake", lines);
    }

    [UnixFact]
    public async Task What_is_no_id_of_a_conversation_is_not_handed_to_a_command()
    {
        await using var session = await StartAsync("touch $HOME/called");
        await PostAsync(session, "--config=evil");
        await WorkAsync();
        await UntilAsync(() => Directory.EnumerateFiles(Wake, "*.json").Any(static file => File.ReadAllText(file).Contains("over:", StringComparison.Ordinal)));

        Assert.False(File.Exists(Path.Combine(home.Path, "called")));
    }

    [UnixFact]
    public async Task Where_codex_is_not_in_PATH_the_hook_at_the_end_of_the_turn_tells()
    {
        await using var session = await StartAsync(script: null);
        var id = await PostAsync(session, Thread);
        await WorkAsync();
        await UntilAsync(() => Directory.EnumerateFiles(Wake, "*.json").Any(file => File.ReadAllText(file) is var text && text.Contains("over:" + id, StringComparison.Ordinal)));

        Assert.Contains(id, (await HookProcess.RunAsync(home.Path, """{"hook_event_name":"Stop"}""", "codex")).Output, StringComparison.Ordinal);
    }

    // Codex does not hand that variable on to its servers.
    [LinuxFact]
    public async Task It_is_queued_where_the_Codex_that_started_the_server_keeps_its_conversations()
    {
        var host = Script("host", "env -u CODEX_HOME \"$SERVER\"; exit");
        await using var session = await StartAsync("echo $CODEX_HOME > $HOME/stored.new; mv $HOME/stored.new $HOME/stored", host, new() { ["CODEX_HOME"] = "/of/codex", ["SERVER"] = PublishedExecutable.Path });
        await PostAsync(session, Thread);
        await WorkAsync();

        await UntilAsync(() => File.Exists(Path.Combine(home.Path, "stored")));
        Assert.Equal("/of/codex", (await File.ReadAllTextAsync(Path.Combine(home.Path, "stored"))).Trim());
    }

    [UnixFact]
    public async Task After_the_end_of_the_session_nothing_is_queued_for_it()
    {
        await using var session = await StartAsync("echo $$ > $HOME/queuing.new; mv $HOME/queuing.new $HOME/queuing; exec sleep 1000");
        await PostAsync(session, Thread);
        await WorkAsync();
        await UntilAsync(() => File.Exists(Path.Combine(home.Path, "queuing")));

        Assert.Equal(0, await session.EndAsync());
        Assert.False(RunningProcess.Exists(int.Parse(await File.ReadAllTextAsync(Path.Combine(home.Path, "queuing")), System.Globalization.CultureInfo.InvariantCulture)));
    }

    private string Wake => Path.Combine(home.Path, ".local/share/backchannel/wake");

    /// <param name="script">What stands for <c>codex</c>; null: there is none.</param>
    /// <param name="host">What starts the server; null: nothing stands between.</param>
    /// <param name="more">Further variables.</param>
    private Task<AgentProcess> StartAsync(string? script, string? host = null, Dictionary<string, string>? more = null)
    {
        var path = script is null ? home.Path : $"{Path.GetDirectoryName(Script("codex", script))}:{Environment.GetEnvironmentVariable("PATH")}";
        return AgentProcess.StartAsClientAsync("codex-mcp-client", home.Path, "session", new Dictionary<string, string>(more ?? [])
        {
            ["PATH"] = path,
            ["BACKCHANNEL_WAKE"] = lane,
            ["CLAUDE_CODE_MESSAGING_TOKEN"] = "TOKEN",
        }, host);
    }

    /// <summary>Writes a script into a folder of its own.</summary>
    private string Script(string name, string script)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, $"bin-{Guid.NewGuid():n}")).FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    private async Task<string> PostAsync(AgentProcess agent, string thread)
    {
        var result = await agent.RequestAsync("tools/call", $$$"""{"name":"post_task","arguments":{"channel":"{{{lane}}}","content":"hello"},"_meta":{"threadId":"{{{thread}}}"}}""");
        return result.GetProperty("structuredContent").Text("message_id");
    }

    private async Task WorkAsync()
    {
        var claimed = await Worker.CallAsync("claim_task", $$"""{"channel":"{{lane}}","wait_seconds":20}""");
        await Worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}","result":"done"}""");
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
