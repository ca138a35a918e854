namespace Backchannel.Native.JsonRpc;

/// <summary>The codes JSON-RPC 2.0 defines itself (section 5.1, https://www.jsonrpc.org/specification#error_object).</summary>
internal static class JsonRpcErrorCode
{
    /// <summary>The line is not JSON, or not UTF-8.</summary>
    public const int ParseError = -32700;

    /// <summary>JSON, but not a message that can be served.</summary>
    public const int InvalidRequest = -32600;

    public const int MethodNotFound = -32601;

    public const int InvalidParams = -32602;

    /// <summary>A bug on this side, or a limit of it; never the caller's mistake.</summary>
    public const int InternalError = -32603;
}
