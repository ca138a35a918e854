using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

/// <summary>Which folder is the home, and what every command says of one that cannot be.</summary>
public sealed class HomeFolderTests
{
    public static TheoryData<string[]> Commands =>
    [
        [], ["call", "list_channels"], ["config", "cursor", "--local"], ["config", "cursor", "--local", "--write"], ["doctor"], ["demo"], ["serve", "--listen", "127.0.0.1:0"],
    ];

    [UnixTheory]
    [MemberData(nameof(Commands))]
    public async Task A_relative_home_is_refused_by_every_command_in_one_sentence(string[] arguments)
    {
        using var home = new CliHome();
        home["HOME"] = "${HOME}";

        var (exitCode, output, errors) = await home.RunAsync(arguments);

        Assert.Equal((ExitCode.WrongUsage, ""), (exitCode, output));
        Assert.StartsWith("backchannel-mcp: HOME is '${HOME}', which is not a full path. Write your home folder there", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [UnixTheory]
    [MemberData(nameof(Commands))]
    public async Task A_file_as_home_is_refused_by_every_command_in_one_sentence(string[] arguments)
    {
        using var home = new CliHome();
        var file = home.Write("file", "");
        home["HOME"] = file;

        var (exitCode, output, errors) = await home.RunAsync(arguments);

        Assert.Equal((ExitCode.WrongUsage, ""), (exitCode, output));
        Assert.StartsWith($"backchannel-mcp: HOME is '{file}', which is a file, not a folder. Write your home folder there", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [UnixTheory]
    [InlineData("call", "--help")]
    [InlineData("serve", "--listen", "1", "--db", "here")]
    public async Task Where_no_home_is_needed_a_wrong_one_is_no_obstacle(params string[] arguments)
    {
        using var home = new CliHome();
        home["HOME"] = "relative";

        var (_, _, errors) = await home.RunAsync(arguments);

        Assert.DoesNotContain("HOME", errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_home_that_is_given_is_used_and_the_user_database_not_asked()
    {
        var (path, warnings) = HomeFolder.Find(static _ => "/home/ann", static () => throw new InvalidOperationException());

        Assert.Equal("/home/ann", path);
        Assert.Empty(warnings);
    }

    [UnixFact]
    public void A_missing_home_comes_from_the_user_database()
    {
        var (path, warnings) = HomeFolder.Find(static _ => null, static () => "/home/ann");

        Assert.Equal("/home/ann", path);
        Assert.Empty(warnings);
    }

    [UnixFact]
    public void An_empty_home_comes_from_there_too_and_the_user_is_told()
    {
        var (path, warnings) = HomeFolder.Find(static _ => "", static () => "/home/ann");

        Assert.Equal("/home/ann", path);
        Assert.Contains("HOME is empty; /home/ann", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(null)]
    [InlineData("")]
    public void Where_the_user_database_knows_none_there_is_none(string? text)
    {
        var (path, warnings) = HomeFolder.Find(_ => text, static () => null);

        Assert.Null(path);
        Assert.Empty(warnings);
    }
}
