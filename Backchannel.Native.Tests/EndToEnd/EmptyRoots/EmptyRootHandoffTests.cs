using System.Text.Json.Nodes;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.EndToEnd.EmptyRoots;

/// <summary>The promise, kept by the static file alone: a handoff over HTTPS, each step a process of its own in an empty root.</summary>
public sealed class EmptyRootHandoffTests
{
    [StaticFileFact(Processor.X64)]
    public Task A_handoff_is_completed_over_https_with_a_private_authority_on_x64() => A_handoff_is_completed_over_https(Processor.X64);

    [StaticFileFact(Processor.Arm64)]
    public Task A_handoff_is_completed_over_https_with_a_private_authority_on_arm64() => A_handoff_is_completed_over_https(Processor.Arm64);

    private static async Task A_handoff_is_completed_over_https(Processor processor)
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), "bus.test");
        using var root = new EmptyRoot(StaticFile.For(processor));
        root.Add("ca.pem", front.AuthorityPem);
        var environment = new Dictionary<string, string>
        {
            ["SSL_CERT_FILE"] = "/ca.pem",
            ["BACKCHANNEL_BASE_URL"] = $"https://127.0.0.1:{front.Port}",
            // Without a home each process would have a key of its own, and a name means a channel of that key.
            ["BACKCHANNEL_API_KEY"] = await IssueKeyAsync(bus),
        };

        var posted = await CallAsync(root, environment, "post_task", "--channel", "reviews", "--content", "Read it.");
        var id = posted["message_id"]!.GetValue<string>();
        var claimed = await CallAsync(root, environment, "claim_task", "--channel", "reviews", "--actor", "worker");
        await CallAsync(root, environment, "ack_task", "--message-id", id, "--actor", "worker", "--result", "Done.");
        var awaited = await CallAsync(root, environment, "await_result", "--channel", "reviews", "--message-id", id);

        Assert.Equal(id, claimed["message_id"]?.GetValue<string>());
        Assert.Equal("acknowledged", awaited["status"]!.GetValue<string>());
        Assert.Equal("Done.", awaited["result"]!["content"]!.GetValue<string>());
    }

    private static async Task<JsonNode> CallAsync(EmptyRoot root, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var (exitCode, output, errors) = await root.RunAsync(environment, ["call", .. arguments]);

        Assert.True(exitCode == ExitCode.Done, $"{arguments[0]}: exit {exitCode}: {output}{errors}");
        return JsonNode.Parse(output)!;
    }

    private static async Task<string> IssueKeyAsync(TestBus bus)
    {
        using var answer = await bus.Http.PostAsync(
            new Uri("/v1/keys", UriKind.Relative),
            new System.Net.Http.StringContent("""{"agent_label": "empty-root"}""", System.Text.Encoding.UTF8, "application/json"));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["key"]!.GetValue<string>();
    }
}
