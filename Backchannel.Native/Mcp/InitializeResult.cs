using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>The answer to <c>initialize</c>.</summary>
internal static class InitializeResult
{
    public static void Write(Utf8JsonWriter json, ProtocolVersion version, Implementation serverInfo, string instructions)
    {
        json.WriteStartObject();
        json.WriteString("protocolVersion"u8, version.Name());
        json.WriteStartObject("capabilities"u8);
        if (version.DeclaresCompletions())
        {
            json.WriteStartObject("completions"u8);
            json.WriteEndObject();
        }

        json.WriteStartObject("logging"u8);
        json.WriteEndObject();
        json.WriteStartObject("prompts"u8);
        json.WriteEndObject();
        json.WriteStartObject("tools"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WritePropertyName("serverInfo"u8);
        serverInfo.Write(json, version);
        json.WriteString("instructions"u8, instructions);
        json.WriteEndObject();
    }
}
