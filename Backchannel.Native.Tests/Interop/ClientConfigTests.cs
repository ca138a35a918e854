using System.Text.Json;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.Interop;

/// <summary>Files that <c>config --write</c> made, read by a program that knows them from their owners: mcporter takes over the servers of other clients.</summary>
/// <remarks>The clients themselves are 55 to 440 MB each: too much for every run. They were run by hand, see McpClients.</remarks>
public sealed class ClientConfigTests : IDisposable
{
    private static readonly string[] Clients = ["claude-code", "codex", "cursor", "opencode", "vscode", "windsurf"];

    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [NodeFact]
    public async Task Servers_that_were_written_for_six_clients_start_and_hand_over_a_task()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = _home.Path };
        foreach (var client in Clients)
        {
            var written = await NativeCommand.RunAsync(environment, "config", client, "--local", "--write", "--name", $"for-{client}");
            Assert.True(written.ExitCode == 0, written.Errors);
        }

        var project = await NodeProject.InstallAsync("mcporter");
        var listed = await McporterAsync(project, "list", "--json");
        var posted = await McporterAsync(project, "call", "for-codex.post_task", "channel=reviews", "content=hello", "--output", "json");
        var claimed = await McporterAsync(project, "call", "for-cursor.claim_task", "channel=reviews", "--output", "json");

        Assert.Equal(
            Clients.Select(client => ($"for-{client}", "ok", 10)),
            listed.GetProperty("servers").EnumerateArray()
                .Select(server => (server.Text("name"), server.Text("status"), server.GetProperty("tools").GetArrayLength())).Order());
        Assert.Equal(posted.Text("message_id"), claimed.Text("message_id"));
    }

    private async Task<JsonElement> McporterAsync(NodeProject project, params string[] arguments) =>
        JsonElement.Parse(await project.RunAsync("node", [Path.Combine("node_modules", "mcporter", "dist", "cli.js"), .. arguments], _home.Path));
}
