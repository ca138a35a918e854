namespace Backchannel.Native.Mcp;

/// <summary>The codes MCP adds to those of JSON-RPC; see "Error Codes" in the specification of 2026-07-28, basic/index.</summary>
/// <remarks>-32021, a missing client capability, is never sent: no tool needs one.</remarks>
internal static class McpErrorCode
{
    /// <summary>The version in <c>_meta</c> is not served; <c>data</c> holds <c>supported</c> and <c>requested</c>.</summary>
    public const int UnsupportedProtocolVersion = -32022;
}
