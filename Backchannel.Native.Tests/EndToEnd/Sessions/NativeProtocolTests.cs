using Backchannel.Native.Tests.Mcp;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>The protocol tests against the executable, started as a client starts it.</summary>
[Trait("Category", "EndToEnd")]
public sealed class NativeProtocolTests(NativeHome home) : ProtocolTests, IClassFixture<NativeHome>
{
    private static readonly Dictionary<string, string> Settings = new() { ["BACKCHANNEL_BASE_URL"] = "local" };

    private protected override (string Call, string Parameter) BadCall =>
        ("""{"name":"list_channels","arguments":{"limit":"many"}}""", "limit");

    private protected override Task<McpSession> StartAsync() =>
        Task.FromResult<McpSession>(new ProcessSession(home.Path, Settings));

    private protected override async Task<string> PrepareWaitAsync(McpSession session)
    {
        var posted = await session.AskModernAsync(
            "tools/call", """ "name":"post_task","arguments":{"channel":"waiting-room","content":"Nobody takes this."} """);
        var task = posted.GetProperty("result").GetProperty("structuredContent");
        var (channel, message) = (task.GetProperty("channel").GetString(), task.GetProperty("message_id").GetString());
        return $$$"""{"name":"await_result","arguments":{"channel":"{{{channel}}}","message_id":"{{{message}}}"}}""";
    }
}
