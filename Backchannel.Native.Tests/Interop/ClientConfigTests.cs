using System.Text.Json;

namespace Backchannel.Native.Tests.Interop;

/// <summary>Files that <c>config --write</c> made, read by a program that knows them from their owners: mcporter takes over the servers of other clients.</summary>
/// <remarks>The clients themselves are 55 to 440 MB each: too much for every run. They were run by hand, see McpClients.</remarks>
public sealed class ClientConfigTests : IDisposable
{
    private static readonly string[] Clients = ["claude-code", "codex", "cursor", "mcporter", "opencode", "vscode", "windsurf"];

    private static readonly string Cli = Path.Combine("node_modules", "mcporter", "dist", "cli.js");

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [NodeFact]
    public async Task Servers_that_were_written_for_seven_clients_start_and_hand_over_a_task()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path };
        foreach (var client in Clients)
        {
            var written = await NativeCommand.RunAsync(environment, "config", client, "--local", "--write", "--name", $"for-{client}");
            Assert.True(written.ExitCode == 0, written.Errors);
        }

        var project = await NodeProject.InstallAsync("mcporter");
        try
        {
            await HandOverAsync(project);
        }
        finally
        {
            // It keeps servers alive that its own file says so of.
            await project.RunAsync("node", [Cli, "daemon", "stop"], home.Path);
        }
    }

    private async Task HandOverAsync(NodeProject project)
    {
        var listed = await McporterAsync(project, "list", "--json");
        var posted = await McporterAsync(project, "call", "for-codex.post_task", "channel=reviews", "content=hello", "--output", "json");
        var claimed = await McporterAsync(project, "call", "for-mcporter.claim_task", "channel=reviews", "--output", "json");
        // Another process of mcporter, and the same server: the claim lives on.
        var acknowledged = await McporterAsync(project, "call", "for-mcporter.ack_task", $"message_id={claimed.Text("message_id")}", "result=done", "--output", "json");
        var awaited = await McporterAsync(project, "call", "for-cursor.await_result", "channel=reviews", $"message_id={claimed.Text("message_id")}", "--output", "json");

        Assert.Equal(
            Clients.Select(client => ($"for-{client}", "ok", 14)),
            listed.GetProperty("servers").EnumerateArray()
                .Select(server => (server.Text("name"), server.Text("status"), server.GetProperty("tools").GetArrayLength())).Order());
        Assert.Equal(posted.Text("message_id"), claimed.Text("message_id"));
        Assert.Equal("acknowledged", acknowledged.Text("status"));
        Assert.Equal("done", awaited.GetProperty("result").Text("content"));
    }

    private async Task<JsonElement> McporterAsync(NodeProject project, params string[] arguments)
    {
        var output = await project.RunAsync("node", [Cli, .. arguments], home.Path);

        // On a busy machine its daemon may not start within the ten seconds that it allows; it says so in lines before the JSON, and tries again.
        var lines = output.Split('\n').SkipWhile(static line => line.StartsWith("[mcporter]", StringComparison.Ordinal));
        return JsonElement.Parse(string.Join('\n', lines));
    }
}
