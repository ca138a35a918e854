using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class UsageErrorsTests
{
    [Theory]
    [InlineData("work", "such as: backchannel-mcp work builds --local -- make.", ExitCode.WrongUsage)]
    [InlineData("config", "'config' needs CLIENT. One of ", ExitCode.WrongUsage)]
    [InlineData("hook", "'hook' needs CLIENT. One of ", ExitCode.Failed)]
    public async Task A_missing_argument_is_told_in_few_words_with_the_place_of_the_help(string command, string text, int expected)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(command);

        Assert.Equal(expected, exitCode);
        Assert.Empty(output);
        Assert.Contains(text, errors, StringComparison.Ordinal);
        Assert.EndsWith($"See: backchannel-mcp {command} --help\n", errors, StringComparison.Ordinal);
        Assert.InRange(errors.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 5, 40);
    }

    [Theory]
    [InlineData("config codex --wake --write --local", "'--wake' needs a value, and '--write' is an option.")]
    [InlineData("config codex --local --name --write", "'--name' needs a value, and '--write' is an option.")]
    [InlineData("work builds --timeout --local -- true", "'--timeout' needs a value, and '--local' is an option.")]
    [InlineData("lanes --base-url --json", "'--base-url' needs a value, and '--json' is an option.")]
    [InlineData("doctor --agent-label --log-level DEBUG", "'--agent-label' needs a value, and '--log-level' is an option.")]
    public async Task An_option_is_not_taken_for_the_value_of_another_one(string line, string text)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(line.Split(' '));

        Assert.Equal((ExitCode.WrongUsage, ""), (exitCode, output));
        Assert.StartsWith($"backchannel-mcp: {text}\nSee: ", errors, StringComparison.Ordinal);
    }

    /// <summary>Each command that takes words, with one more than it needs.</summary>
    [Theory]
    [InlineData("watch --jsom", "--jsom", "--json")]
    [InlineData("watch jobs --jsom", "--jsom", "--json")]
    [InlineData("tasks --stat failed", "--stat", "--state")]
    [InlineData("task --jason", "--jason", "--json")]
    [InlineData("task -j", "-j", null)]
    [InlineData("lanes --jsno", "--jsno", "--json")]
    [InlineData("workers --bogus-word", "--bogus-word", null)]
    [InlineData("config --writ codex", "--writ", "--write")]
    [InlineData("config codex --writ", "--writ", "--write")]
    [InlineData("work builds --timeuot 5 -- make --jobs", "--timeuot", "--timeout")]
    [InlineData("call --tol", "--tol", null)]
    [InlineData("copy --form a --to b", "--form", "--from")]
    [InlineData("open --no-browsr", "--no-browsr", "--no-browser")]
    [InlineData("serve --prot 1", "--prot", null)]
    public async Task A_mistyped_option_is_told_as_one(string line, string typed, string? meant)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(line.Split(' '));

        Assert.Equal((ExitCode.WrongUsage, ""), (exitCode, output));
        Assert.StartsWith($"backchannel-mcp: '{typed}' is not an option{(meant is null ? "" : $"; did you mean '{meant}'?")}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_behind_two_hyphens_is_no_option()
    {
        using var home = new CliHome();

        var (_, _, errors) = await home.RunAsync("task", "--local", "--", "--jason");

        Assert.DoesNotContain("is not an option", errors, StringComparison.Ordinal);
    }
}
