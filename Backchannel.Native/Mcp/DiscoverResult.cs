using System.Text.Json;
using Backchannel.Native.Mcp.Tasks;

namespace Backchannel.Native.Mcp;

/// <summary>The answer to <c>server/discover</c>.</summary>
internal static class DiscoverResult
{
    /// <param name="hasTasks">Whether calls may become tasks.</param>
    public static void Write(Utf8JsonWriter json, Implementation serverInfo, string instructions, bool hasTasks)
    {
        json.WriteStartObject();
        json.WriteStartArray("supportedVersions"u8);
        json.WriteStringValue(ProtocolVersions.Modern);
        json.WriteEndArray();
        json.WriteStartObject("capabilities"u8);
        json.WriteStartObject("completions"u8);
        json.WriteEndObject();
        if (hasTasks)
        {
            json.WriteStartObject("extensions"u8);
            json.WriteStartObject(TasksExtension.Key);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteStartObject("prompts"u8);
        json.WriteEndObject();
        json.WriteStartObject("tools"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("instructions"u8, instructions);
        ResultMeta.WriteCaching(json);
        ResultMeta.Write(json, serverInfo);
        json.WriteEndObject();
    }
}
