using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class HookCommandTests
{
    [Theory]
    [InlineData("hook", "--help")]
    [InlineData("hook", "-h")]
    [InlineData("hook", "claude-code", "--help")]
    public async Task Help_is_given_to_whoever_asks_for_it(params string[] arguments)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(arguments);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("Say what is new to the session that runs this as a hook", output, StringComparison.Ordinal);
        Assert.Contains("--wait", output, StringComparison.Ordinal);
        Assert.Empty(errors);
    }

    // With 2, a hook of Claude Code wakes its session with what stands on standard error.
    [Theory]
    [InlineData("claude-code", "--bogus")]
    [InlineData("copilot-cli", "--wait", "more")]
    [InlineData("another-client")]
    public async Task A_call_that_is_wrong_does_not_end_like_a_hook_that_wakes_its_session(params string[] arguments)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(["hook", .. arguments]);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Empty(output);
        Assert.Contains("See: backchannel-mcp hook --help", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_of_the_program_does_not_list_it()
    {
        using var home = new CliHome();

        Assert.DoesNotContain("  hook ", (await home.RunAsync("--help")).Output, StringComparison.Ordinal);
    }
}
