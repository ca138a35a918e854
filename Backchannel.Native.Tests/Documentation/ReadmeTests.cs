using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Client;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>The README cannot lie: what comes from the code is compared with the code. <c>build.sh snapshots</c> rewrites it.</summary>
public sealed class ReadmeTests
{
    /// <summary>No option of the command line: a secret does not belong in a process list.</summary>
    private static readonly SettingDescription ApiKey = new(
        null, EnvironmentVariables.ApiKey, "key", "the stored key of this bus, or a new one",
        "Key of the bus, used instead of any stored key and never written to disk");

    private static readonly string ReadmePath = RepositoryRoot.Combine("README.md");

    [Fact]
    public async Task Tools_are_those_of_the_catalogue()
    {
        await using var connection = new BusConnection(
            new BackchannelClientOptions { BaseUrl = new Uri("http://127.0.0.1:1"), AgentLabel = "readme" }, TimeProvider.System);
        using var lanes = new Lanes();
        await using var catalog = new ToolCatalog(new BackchannelClient(connection), lanes, DefaultActor.Chosen("readme"), WorkerSession.Draw(isDetached: true), TimeProvider.System);

        AssertSection("tools", ReadmeSections.Tools(catalog.Tools));
    }

    [Fact]
    public void Commands_are_those_of_the_command_line()
    {
        AssertSection("commands", ReadmeSections.Commands(new BackchannelRootCommand(Surroundings.OfThisProcess())));
    }

    [Fact]
    public void Clients_are_those_that_are_configured()
    {
        AssertSection("clients", ReadmeSections.Clients(McpClients.All));
    }

    [Fact]
    public void Settings_are_those_that_are_read()
    {
        var options = typeof(CliOptions).GetFields().Select(field => field.GetValue(null)).OfType<SettingDescription>().ToList();

        AssertSection("settings", ReadmeSections.Settings([options[0], ApiKey, .. options.Skip(1)]));
    }

    [Fact]
    public void Settings_of_a_bus_are_those_that_are_read()
    {
        AssertSection("bus settings", ReadmeSections.BusSettings(BusSetting.All));
    }

    [Fact]
    public void Limits_of_a_bus_are_those_that_hold()
    {
        AssertSection("bus limits", BusLimitsSection.Text());
    }

    [Fact]
    public void States_of_a_task_are_those_that_the_bus_knows()
    {
        string[] states = [.. Enum.GetValues<TaskPhase>().Select(static phase => $"`{phase.ToWire()}`")];

        AssertSection("states", $"{string.Join(", ", states[..^1])} or {states[^1]}\n");
    }

    /// <summary>zsh reads no comments from a terminal: of a pasted line, what follows a semicolon is run.</summary>
    [Fact]
    public void No_comment_of_a_shell_line_holds_what_a_shell_would_run()
    {
        var comments = File.ReadLines(ReadmePath).Select(static line => Regex.Match(line, @"^(\S.*  )?(?<comment># .*)$")).Where(static found => found.Success).ToList();

        Assert.NotEmpty(comments);
        Assert.All(comments, static found => Assert.DoesNotMatch("[;&|`$<>]", found.Groups["comment"].Value));
    }

    [Fact]
    public void It_stays_short_enough_to_read()
    {
        Assert.InRange(File.ReadLines(ReadmePath).Count(), 1, 300);
    }

    private static void AssertSection(string name, string expected)
    {
        var (begin, end) = ($"<!-- begin {name} -->\n", $"<!-- end {name} -->");
        var readme = File.ReadAllText(ReadmePath);
        var start = readme.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var stop = readme.IndexOf(end, StringComparison.Ordinal);
        Assert.True(start >= begin.Length && stop >= start, $"README.md has no section {name}");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(ReadmePath, readme[..start] + expected + readme[stop..]);
            return;
        }

        Assert.Equal(expected, readme[start..stop]);
    }
}
