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
    [InlineData("task -j", "-j", "--json")]
    [InlineData("lanes --jsno", "--jsno", "--json")]
    [InlineData("workers --bogus-word", "--bogus-word", null)]
    [InlineData("config --writ codex", "--writ", "--write")]
    [InlineData("config codex --writ", "--writ", "--write")]
    [InlineData("work builds --timeuot 5 -- make --jobs", "--timeuot", "--timeout")]
    [InlineData("call --tol", "--tol", "--help")]
    [InlineData("copy --form a --to b", "--form", "--from")]
    [InlineData("open --no-browsr", "--no-browsr", "--no-browser")]
    [InlineData("serve --prot 1", "--prot", null)]
    public async Task A_mistyped_option_is_told_as_one(string line, string typed, string? meant)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(line.Split(' '));

        Assert.Equal((ExitCode.WrongUsage, ""), (exitCode, output));
        Assert.StartsWith($"backchannel-mcp: '{typed}' is not an option of '{line.Split(' ')[0]}'{(meant is null ? "." : $"; did you mean '{meant}'?")}", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config codex --local --wake builds --writ", "'--writ' stands where a value of '--wake' is expected, and is not an option; did you mean '--write'? For such a value write --wake=--writ")]
    [InlineData("tasks --state --jsno", "'--jsno' stands where a value of '--state' is expected, and is not an option; did you mean '--json'? For such a value write --state=--jsno")]
    [InlineData("work builds --allowedTools Read -- make", "'--allowedTools' is not an option of 'work'. Options of the command, or of the agent's host, stand behind --.")]
    [InlineData("task -x", "'-x' is not an option of 'task'. If it is meant as ID, write -- before it.")]
    public async Task What_to_write_instead_is_said(string line, string text)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(line.Split(' '));

        Assert.Equal((ExitCode.WrongUsage, ""), (exitCode, output));
        Assert.StartsWith($"backchannel-mcp: {text}\nSee: ", errors, StringComparison.Ordinal);
    }

    /// <summary>Also those that are made later: nothing that a command takes, an argument or the values of an option, swallows a mistyped option.</summary>
    [Fact]
    public async Task No_command_takes_a_mistyped_option_for_something_else()
    {
        using var home = new CliHome();
        foreach (var command in home.Commands().Subcommands)
        {
            var takers = command.Options.Where(static option => option.Arity.MaximumNumberOfValues > 0)
                .Select(static option => option.AllowMultipleArgumentsPerToken ? new[] { option.Name, "x" } : [option.Name]);
            var takesTheRest = command.Arguments.Any(static argument => argument.Name.StartsWith("--", StringComparison.Ordinal));
            string[] words = takesTheRest ? [] : [.. command.Arguments.Where(static argument => argument.Arity.MinimumNumberOfValues > 0).Select(static _ => "x")];
            foreach (var before in takers.Append([]).Append(words))
            {
                var (exitCode, output, errors) = await home.RunAsync([command.Name, .. before, "--no-such-word"]);

                var line = $"{command.Name} {string.Join(' ', before)}: {errors}";
                Assert.True(errors.StartsWith("backchannel-mcp: '--no-such-word' ", StringComparison.Ordinal) && errors.Contains("is not an option", StringComparison.Ordinal), line);
                Assert.True((command.Name == "hook" ? ExitCode.Failed : ExitCode.WrongUsage) == exitCode && output.Length == 0, line);
            }
        }
    }

    [Fact]
    public async Task A_value_that_is_joined_to_its_option_may_look_like_one()
    {
        using var home = new CliHome();

        var (_, _, errors) = await home.RunAsync("tasks", "--state=--json");

        Assert.Contains("backchannel-mcp: --state is '--json'", errors, StringComparison.Ordinal);
    }

    /// <summary>An option of the command may stand before -- and, for the command that is run, behind it.</summary>
    [Theory]
    [InlineData("work builds --base-url http://127.0.0.1:9 --once --timeout 5 -- pytest --timeout 5")]
    [InlineData("work builds --base-url http://127.0.0.1:9 --quiet --once -- true --quiet")]
    public async Task An_option_of_the_command_may_stand_behind_two_hyphens_too(string line)
    {
        using var home = new CliHome();

        var (_, _, errors) = await home.RunAsync(line.Split(' '));

        Assert.DoesNotContain("is not an option", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_behind_two_hyphens_is_no_option()
    {
        using var home = new CliHome();

        var (_, _, errors) = await home.RunAsync("task", "--local", "--", "--jason");

        Assert.DoesNotContain("is not an option", errors, StringComparison.Ordinal);
    }
}
