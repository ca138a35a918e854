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
}
