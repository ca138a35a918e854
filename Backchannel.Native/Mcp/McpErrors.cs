using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Errors that several methods answer with.</summary>
internal static class McpErrors
{
    public static JsonRpcException MethodNotFound(string method) =>
        new(JsonRpcErrorCode.MethodNotFound, $"Method not found: {Excerpt.Of(method)}");

    public static JsonRpcException MissingMeta(string key, string type) =>
        new(JsonRpcErrorCode.InvalidParams, $"params._meta needs the {type} {key}; or begin with initialize.");

    public static JsonRpcException UnknownLoggingLevel() =>
        new(
            JsonRpcErrorCode.InvalidParams,
            "The log level must be one of debug, info, notice, warning, error, critical, alert, emergency.");

    /// <summary>A list has one page, so this server handed out no cursor.</summary>
    public static JsonRpcException UnknownCursor() => new(JsonRpcErrorCode.InvalidParams, "Unknown cursor: the list has one page.");

    /// <param name="requested">The version asked for, as JSON.</param>
    public static JsonRpcException UnsupportedProtocolVersion(ReadOnlySpan<byte> requested)
    {
        var asked = requested.ToArray();
        return new(McpErrorCode.UnsupportedProtocolVersion, "Unsupported protocol version.", ReadableJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("supported"u8);
            json.WriteStringValue(ProtocolVersions.Modern);
            json.WriteEndArray();
            json.WritePropertyName("requested"u8);
            json.WriteRawValue(asked, skipInputValidation: true);
            json.WriteEndObject();
        }));
    }
}
