namespace Backchannel.Native.Tests.Cli;

/// <summary>The help of a command tells of the common options what that command makes of them.</summary>
public sealed class SharedOptionHelpTests
{
    [Theory]
    [InlineData("serve", "The address told to clients", "Default: the host that the request names")]
    [InlineData("demo", "The bus to use: an http or https URL", "Default: a bus of its own; `local` means the same")]
    [InlineData("config", "The bus: an http or https URL", "Default: none, name one")]
    [InlineData("call", "The bus: an http or https URL", "Default: https://backchannel.oakstack.eu")]
    public async Task The_base_url_is_told_with_its_meaning_and_its_default(string command, string meaning, string byDefault)
    {
        var line = Assert.Single(await OptionsAsync(command), line => line.StartsWith("--base-url", StringComparison.Ordinal));

        Assert.Contains(meaning, line, StringComparison.Ordinal);
        Assert.Contains(byDefault, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", false)]
    [InlineData("demo", false)]
    [InlineData("call", true)]
    [InlineData("doctor", true)]
    public async Task The_label_is_told_where_it_counts(string command, bool isTold) =>
        Assert.Equal(isTold, (await OptionsAsync(command)).Any(line => line.StartsWith("--agent-label <", StringComparison.Ordinal)));

    private static async Task<string[]> OptionsAsync(string command)
    {
        using var home = new CliHome();
        return [.. (await home.RunAsync(command, "--help")).Output.Split('\n').Select(line => line.Trim())];
    }
}
