using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

/// <summary>What is read without the parser is what the parser reads; where they could differ, the parser is asked.</summary>
public sealed class StdioArgumentsTests
{
    public static TheoryData<string[]> ReadWithoutTheParser =>
    [
        [],
        ["--base-url", "local"],
        ["--base-url", "https://bus.example/path?query=1"],
        ["--base-url", "http://[::1]:8080"],
        ["--agent-label", "two words"],
        ["--agent-label", "serve"],
        ["--agent-label", "a=b:c"],
        ["--agent-label", "@file"],
        ["--agent-label", "[suggest]"],
        ["--agent-label", ""],
        ["--log-level", "loud"],
        ["--transport", "sse"],
        ["--transport", "stdio", "--base-url", "local", "--log-level", "DEBUG", "--agent-label", "planner"],
    ];

    public static TheoryData<string[]> LeftToTheParser =>
    [
        ["--help"],
        ["--version"],
        ["serve"],
        ["serve", "--help"],
        ["--base-url"],
        ["--base-url", "local", "doctor"],
        ["--base-url=local"],
        ["--base-url:local"],
        ["--base-url", "--help"],
        ["--base-url", "-h"],
        ["--agent-label", "/h"],
        ["--agent-label", "/?"],
        ["--agent-label", "a", "--agent-label", "b"],
        ["--BASE-URL", "local"],
        ["--base", "local"],
        ["--socket", "path"],
        ["--", "local"],
        ["[suggest]", "local"],
        ["local"],
        [""],
    ];

    [Theory]
    [MemberData(nameof(ReadWithoutTheParser))]
    public void Options_with_their_values_are_read_as_the_parser_reads_them(string[] arguments)
    {
        var parsed = new BackchannelRootCommand(Surroundings.OfThisProcess()).Parse(arguments, BackchannelRootCommand.Parser);

        Assert.Empty(parsed.Errors);
        Assert.IsType<BackchannelRootCommand>(parsed.CommandResult.Command);
        var expected = new CommandLineValues(
            parsed.GetValue<string?>("--base-url"),
            parsed.GetValue<string?>("--agent-label"),
            parsed.GetValue<string?>("--log-level"),
            parsed.GetValue<string?>("--transport"));
        Assert.Equal(expected, StdioArguments.Read(arguments));
    }

    [Theory]
    [MemberData(nameof(LeftToTheParser))]
    public void Whatever_could_mean_something_else_is_left_to_the_parser(string[] arguments) => Assert.Null(StdioArguments.Read(arguments));
}
