using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>The answer to a <c>tools/call</c> that needs the client's roots; the client repeats the call with them.</summary>
internal static class InputRequiredResult
{
    public static ReadOnlyMemory<byte> Roots(Implementation serverInfo) => ReadableJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("inputRequests"u8);
        json.WriteStartObject(InputRoots.Key);
        json.WriteString("method"u8, McpMethods.ListRoots);
        json.WriteEndObject();
        json.WriteEndObject();
        ResultMeta.Write(json, serverInfo, type: "input_required");
        json.WriteEndObject();
    });
}
