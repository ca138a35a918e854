namespace Backchannel.Native.Mcp;

/// <summary>The codes MCP adds to those of JSON-RPC; see "Error Codes" in the specification of 2026-07-28, basic/index.</summary>
internal static class McpErrorCode
{
    /// <summary>The request needs a capability that it does not declare; <c>data</c> holds <c>requiredCapabilities</c>.</summary>
    public const int MissingClientCapability = -32021;

    /// <summary>The version in <c>_meta</c> is not served; <c>data</c> holds <c>supported</c> and <c>requested</c>.</summary>
    public const int UnsupportedProtocolVersion = -32022;
}
