using System.Diagnostics;
using System.Net.Http;
using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Streams;

/// <summary>Standard streams that the starter closed, or opened for the other direction.</summary>
public sealed class ClosedStreamTests(NativeHome home) : IClassFixture<NativeHome>
{
    [LinuxFact]
    public async Task A_closed_input_is_an_empty_one()
    {
        var run = await ShellCommand.RunAsync("exec \"$@\" <&-", Environment());

        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Errors));
    }

    [LinuxTheory]
    [InlineData("<&-", 0)]
    [InlineData("2>&-", 2)]
    [InlineData("<&- 2>&-", 0)]
    [InlineData("2</dev/null", 2)]
    public async Task A_bus_serves_without_them(string redirection, int replaced)
    {
        using var folder = new TemporaryFolder();
        using var process = ShellCommand.Start(
            $"exec \"$@\" {redirection}", Environment(), "serve", "--listen", "127.0.0.1:0", "--db", folder.File("bus.db"));
        using var end = new ProcessEnd(process);
        var line = await process.StandardOutput.ReadLineAsync(Deadline.Token());
        Assert.StartsWith("listening on ", line, StringComparison.Ordinal);

        using var http = new HttpClient { BaseAddress = new Uri(line!["listening on ".Length..]) };
        for (var i = 0; i < 10; i++)
        {
            // Each is a line of the log, too.
            Assert.True((await http.GetAsync(new Uri("/health", UriKind.Relative), Deadline.Token())).IsSuccessStatusCode);
        }

        Assert.Equal("/dev/null", TargetOf(process, replaced));
        await EndAsync(process);
    }

    [LinuxTheory]
    [InlineData(">&-")]
    [InlineData("<&- >&-")]
    [InlineData(">/dev/full")]
    [InlineData("1</dev/null")]
    public async Task A_bus_serves_although_its_address_cannot_be_printed(string redirection)
    {
        using var folder = new TemporaryFolder();
        using var process = ShellCommand.Start(
            $"exec \"$@\" {redirection}", Environment(), "serve", "--listen", "127.0.0.1:0", "--db", folder.File("bus.db"));
        using var end = new ProcessEnd(process);

        // The first line of the log: it is up.
        Assert.Contains("data in", await process.StandardError.ReadLineAsync(Deadline.Token()), StringComparison.Ordinal);

        await EndAsync(process);
    }

    [LinuxTheory]
    [InlineData("<&- 2>&-")]
    [InlineData("2</dev/null")]
    [InlineData("2>/dev/full")]
    public async Task A_call_starts_a_bus_and_prints_its_result_without_them(string redirection)
    {
        using var own = new TemporaryHome();

        var run = await ShellCommand.RunAsync($"exec \"$@\" {redirection}", Environment(own.Path), "call", "list_channels");

        Assert.Equal(("", 0), (run.Errors, run.ExitCode));
        Assert.StartsWith("{", run.Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task The_command_line_stays_what_it_was()
    {
        string[] arguments = ["call", "post_task", "--channel", "words", "--content", "two  words, \"quotes\", $HOME\nand ünïcödé"];

        await ShellCommand.RunAsync("exec \"$@\" <&-", Environment(), arguments);
        var claimed = await ShellCommand.RunAsync("exec \"$@\"", Environment(), "call", "claim_task", "--channel", "words", "--actor", "a");

        Assert.Equal(arguments[^1], System.Text.Json.JsonElement.Parse(claimed.Output).GetProperty("content").GetString());
    }

    [LinuxTheory]
    [InlineData(">/dev/full", "standard output cannot be written to: No space left on device")]
    [InlineData("1</dev/null", "standard output cannot be written to: Bad file descriptor")]
    [InlineData("0>/dev/null", "standard input cannot be read: Bad file descriptor")]
    [InlineData("</", "standard input cannot be read: Is a directory")]
    public async Task A_session_that_cannot_use_them_says_so(string redirection, string reason)
    {
        var run = await ShellCommand.RunAsync(
            $"printf '%s\\n' '{McpSession.Request(1, "ping")}' | (exec \"$@\" {redirection})", Environment());

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Environment(string? own = null) =>
        new() { ["HOME"] = own ?? home.Path, ["BACKCHANNEL_BASE_URL"] = "local" };

    private static string? TargetOf(Process process, int descriptor) => new FileInfo($"/proc/{process.Id}/fd/{descriptor}").LinkTarget;

    private static async Task EndAsync(Process process)
    {
        await ProcessSignals.SendAsync(process.Id, "TERM");
        await process.WaitForExitAsync(Deadline.Token());
        Assert.Equal(0, process.ExitCode);
    }
}
