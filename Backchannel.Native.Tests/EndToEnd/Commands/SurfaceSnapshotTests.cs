using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary>What everybody sees first, as it was reviewed.</summary>
public sealed class SurfaceSnapshotTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public async Task The_answer_of_initialize_is_the_reviewed_one()
    {
        using var home = new TemporaryHome();
        await using var session = new ProcessSession(home.Path, Nothing, "--base-url", "local");

        var answer = await session.HandshakeAsync();

        // Only this version is taken out: any other would differ from the snapshot.
        var text = answer.GetRawText().Replace($"\"version\":\"{ProductVersion.Text}\"", "\"version\":\"VERSION\"", StringComparison.Ordinal);
        Snapshot.Match("initialize.json", JsonElement.Parse(text));
    }

    [Fact]
    public async Task The_help_is_the_reviewed_one()
    {
        string[] commands = ["", "serve", "call", "work", "watch", "lanes", "tasks", "task", "workers", "demo", "doctor", "config", "stop", "copy"];
        var pages = new List<string>();
        foreach (var command in commands)
        {
            string[] arguments = command.Length == 0 ? ["--help"] : [command, "--help"];
            pages.Add($"$ backchannel-mcp {string.Join(' ', arguments)}\n{(await NativeCommand.RunAsync(Nothing, arguments)).Output}");
        }

        Snapshot.Match("help.txt", string.Join('\n', pages));
    }

    [Fact]
    public async Task The_help_of_call_says_every_range_and_default_and_what_a_claim_from_a_shell_lacks()
    {
        using var home = new TemporaryHome();
        await using var session = new ProcessSession(home.Path, Nothing, "--base-url", "local");
        await session.HandshakeAsync();
        var tools = (await session.AskAsync("tools/list")).GetProperty("result").GetProperty("tools");

        foreach (var tool in tools.EnumerateArray())
        {
            var page = (await NativeCommand.RunAsync(Nothing, "call", tool.Text("name"), "--help")).Output.Split('\n');
            foreach (var parameter in tool.GetProperty("inputSchema").GetProperty("properties").EnumerateObject())
            {
                var line = page.Single(line => line.TrimStart().Split([' ', '*'])[0] == $"--{parameter.Name.Replace('_', '-')}" && line.StartsWith("      --", StringComparison.Ordinal));
                Assert.All(
                    parameter.Value.EnumerateObject().Where(rule => rule.Name is "minimum" or "maximum" or "default"),
                    rule => Assert.Contains(rule.Value.GetRawText(), line.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal));
            }
        }

        Assert.Contains("not renewed", (await NativeCommand.RunAsync(Nothing, "call", "claim_task", "--help")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_the_one_that_was_built() =>
        Assert.Equal(ProductVersion.Text, (await NativeCommand.RunAsync(Nothing, "--version")).Output.Trim());
}
