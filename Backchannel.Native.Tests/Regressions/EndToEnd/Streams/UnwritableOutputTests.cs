using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Streams;

/// <summary>Output that has nowhere to go.</summary>
public sealed class UnwritableOutputTests(NativeHome home) : IClassFixture<NativeHome>
{
    [LinuxTheory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("call", "--help")]
    [InlineData("call", "list_channels")]
    [InlineData("config", "cursor", "--local")]
    [InlineData("config", "cursor", "--local", "--write")]
    [InlineData("doctor")]
    [InlineData("doctor", "--json")]
    [InlineData("demo")]
    public async Task A_full_disk_is_named_and_called_no_bug(params string[] arguments)
    {
        var run = await ShellCommand.RunAsync("exec \"$@\" >/dev/full", Environment(), arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("standard output cannot be written to: No space left on device.", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", run.Errors, StringComparison.Ordinal);
    }

    [LinuxTheory]
    [InlineData("--help")]
    [InlineData("call", "--help")]
    [InlineData("call", "list_channels")]
    [InlineData("doctor")]
    [InlineData("config", "cursor", "--local")]
    public async Task A_reader_that_is_gone_is_no_reason_for_words(params string[] arguments)
    {
        // The reader opens the pipe and goes; only then is there a first byte.
        using var folder = new TemporaryFolder();
        var pipe = folder.File("pipe");

        var run = await ShellCommand.RunAsync($"mkfifo '{pipe}'; : <'{pipe}' & exec 3>'{pipe}'; wait; exec \"$@\" >&3", Environment(), arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("standard output", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", run.Errors, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_claimed_task_that_cannot_be_printed_is_shown_on_standard_error()
    {
        await ShellCommand.RunAsync("exec \"$@\"", Environment(), "call", "post_task", "--channel", "full", "--content", "what to do");

        var run = await ShellCommand.RunAsync("exec \"$@\" >/dev/full", Environment(), "call", "claim_task", "--channel", "full", "--actor", "a");

        Assert.Contains("what to do", run.Errors, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Environment() => new() { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" };
}
