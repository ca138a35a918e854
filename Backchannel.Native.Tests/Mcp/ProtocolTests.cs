using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp;

/// <summary>
/// The protocol as a client sees it, whatever tools there are. Each file holds one section of the checklist; its item ids
/// stand above the tests.
/// </summary>
public abstract partial class ProtocolTests
{
    /// <summary>The handshake versions.</summary>
    public static TheoryData<string> LegacyVersions => ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

    /// <summary>As JSON, params of a tools/call with one argument whose value is not allowed, and that parameter's name.</summary>
    private protected abstract (string Call, string Parameter) BadCall { get; }

    private protected abstract Task<McpSession> StartAsync();

    /// <summary>As JSON, params of a tools/call that waits until it is cancelled or the input ends.</summary>
    private protected abstract Task<string> PrepareWaitAsync(McpSession session);

    private async Task<McpSession> StartAsync(string version)
    {
        var session = await StartAsync();
        await session.HandshakeAsync(version);
        return session;
    }

    private static int CodeOf(JsonElement message) => message.GetProperty("error").GetProperty("code").GetInt32();

    private static void AssertError(int code, string? id, JsonElement message)
    {
        Assert.Equal(code, CodeOf(message));
        Assert.Equal(id, McpSession.IdOf(message));
    }

    private static void AssertEmptyResult(JsonElement message) => Assert.Equal("{}", message.GetProperty("result").GetRawText());

    /// <summary>The session still serves.</summary>
    private static async Task AssertAliveAsync(McpSession session) => Assert.Empty(await session.CollectAsync());
}
