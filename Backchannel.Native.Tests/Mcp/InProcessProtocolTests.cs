namespace Backchannel.Native.Tests.Mcp;

/// <summary>The protocol tests against the loop in this process.</summary>
public sealed class InProcessProtocolTests : ProtocolTests
{
    private protected override (string Call, string Parameter) BadCall =>
        ("""{"name":"echo","arguments":{"count":"many"}}""", "count");

    private protected override Task<McpSession> StartAsync() => Task.FromResult<McpSession>(new InProcessSession(new TestTools().All));

    private protected override Task<string> PrepareWaitAsync(McpSession session) => Task.FromResult("""{"name":"wait"}""");
}
