using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary>What becomes of an event when the hook is ended before the host has read of it.</summary>
public sealed partial class HookTests
{
    // SIGHUP: the terminal has gone. SIGTERM: the host's time limit for the hook, and its own end.
    [UnixTheory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    public async Task A_hook_that_waits_ends_with_a_signal_and_leaves_what_comes_then_to_the_next(string signal)
    {
        await using var session = await StartAsync("claude-code");
        var id = await PostAsync(session);
        await using var hook = HookProcess.Start(Home.Path, Stop, ["claude-code"]);
        await WaiterAsync();
        await ProcessSignals.SendAsync(hook.Process.Id, signal);
        var ended = await hook.EndAsync();
        await WorkAsync();
        var next = await HookProcess.RunAsync(Home.Path, Stop, "claude-code");

        Assert.Equal(("", ""), (ended.Output, ended.Errors));
        Assert.NotEqual(2, ended.ExitCode);
        Assert.Equal(2, next.ExitCode);
        Assert.Contains(id, next.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await session.EndAsync());
        Assert.Empty(Directory.EnumerateFiles(Folder));
    }

    [UnixTheory]
    [InlineData("HUP")]
    [InlineData("KILL")]
    public async Task After_the_end_of_the_hook_that_waited_the_server_tells(string signal)
    {
        await using var host = HostSocket.Listen(Home.Path);
        await using var session = await AgentProcess.StartAsClientAsync("claude-code", Home.Path, "session", host.Environment("CLAUDE_CODE", lane));
        await using var hook = HookProcess.Start(Home.Path, Stop, ["claude-code"]);
        await WaiterAsync();
        await ProcessSignals.SendAsync(hook.Process.Id, signal);
        await hook.EndAsync();
        var id = await PostAsync(session);
        await WorkAsync();

        Assert.Contains(id, await host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task While_the_hook_that_waits_is_stopped_the_server_tells_and_the_hook_does_not_tell_it_again()
    {
        await using var host = HostSocket.Listen(Home.Path);
        await using var session = await AgentProcess.StartAsClientAsync("claude-code", Home.Path, "session", host.Environment("CLAUDE_CODE", lane));
        await using var hook = HookProcess.Start(Home.Path, Stop, ["claude-code"]);
        await WaiterAsync();
        await ProcessSignals.SendAsync(hook.Process.Id, "STOP");
        var id = await PostAsync(session);
        await WorkAsync();
        Assert.Contains(id, await host.ReadTextAsync(), StringComparison.Ordinal);

        await ProcessSignals.SendAsync(hook.Process.Id, "CONT");
        var next = await PostAsync(session);
        await WorkAsync();
        var told = await hook.EndAsync();
        Assert.Contains(next, told.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(id, told.Errors, StringComparison.Ordinal);
    }

    // More blanks than a pipe holds: once they are written, the hook reads. It waits for the end of its input when the signal comes.
    [UnixTheory]
    [InlineData("gemini-cli", "HUP")]
    [InlineData("codex", "TERM")]
    [InlineData("copilot-cli", "KILL")]
    public async Task A_hook_at_the_end_of_a_turn_that_a_signal_ends_has_said_what_is_new_or_leaves_it_to_the_next(string client, string signal)
    {
        await using var session = await StartAsync(client);
        var id = await PostAsync(session);
        await WorkAsync();
        await NewsAsync();
        await using var hook = HookProcess.Start(Home.Path, input: null, [client]);
        await hook.Process.StandardInput.WriteAsync(new string(' ', 200_000));
        await ProcessSignals.SendAsync(hook.Process.Id, signal);
        var ended = await hook.EndAsync();
        var next = await HookProcess.RunAsync(Home.Path, Stop, client);

        Assert.Single((string[])[ended.Output, next.Output], output => output.Contains(id, StringComparison.Ordinal));
    }

    [UnixTheory]
    [InlineData("gemini-cli", "")]
    [InlineData("copilot-cli", "--wait")]
    public async Task What_a_hook_could_not_say_because_nobody_reads_it_any_more_is_said_by_the_next(string client, string option)
    {
        await using var session = await StartAsync(client);
        var id = await PostAsync(session);
        await WorkAsync();
        await NewsAsync();

        // Of the pipe that is its output, nobody has the other end; its input does not end.
        var deaf = await ProgramRun.RunAsync(
            "sh",
            ["-c", "mkfifo $HOME/in $HOME/out; exec 3<> $HOME/out 4> $HOME/out 3<&-; \"$0\" hook $1 <> $HOME/in >&4", PublishedExecutable.Path, $"{client} {option}".TrimEnd()],
            new Dictionary<string, string?> { ["HOME"] = Home.Path });
        var next = await HookProcess.RunAsync(Home.Path, Stop, client);

        Assert.Equal(new ProgramRun(0, "", ""), deaf);
        Assert.Contains(id, JsonElement.Parse(next.Output).Text("reason"), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    [InlineData("qwen-code")]
    [InlineData("copilot-cli")]
    public async Task When_the_user_writes_a_hook_says_nothing_and_leaves_what_is_new_to_the_end_of_the_turn(string client)
    {
        await using var session = await StartAsync(client);
        var id = await PostAsync(session);
        await WorkAsync();
        await NewsAsync();
        await using var typed = HookProcess.Start(Home.Path, """{"prompt":"Go on."}""", [client, "--typed"]);

        Assert.Equal(new ProgramRun(0, "", ""), await typed.EndAsync());
        var told = await HookProcess.RunAsync(Home.Path, Stop, client);
        Assert.Contains(id, told.Output + told.Errors, StringComparison.Ordinal);
    }
}
