using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>What a <c>tools/call</c> asks for.</summary>
/// <param name="Arguments">A JSON object, copied out of the line.</param>
internal sealed record CallToolRequestParams(string Name, JsonElement Arguments)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonRpcMessage.MaxDepth };

    /// <exception cref="JsonRpcException">The request itself is malformed; wrong arguments are the tool's to refuse.</exception>
    public static CallToolRequestParams Read(in RequestParams requestParams)
    {
        var name = requestParams.Name.Text
            ?? throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "tools/call needs the string name.");
        var arguments = requestParams.Arguments;
        if (arguments.Text is { } text && SpelledValue.Read(text, ["object"]) is { } spelled)
        {
            // As for a parameter that is an object: some clients hand on what a model wrote, and that is text.
            return new(name, spelled);
        }

        if (!arguments.IsObject && !arguments.IsAbsentOrNull)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "The arguments of tools/call must be an object.");
        }

        var json = arguments.IsObject ? arguments.Value : "{}"u8;
        return new(name, JsonElement.Parse(json, Options));
    }
}
