using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>The answer to <c>tools/call</c>.</summary>
internal static class CallToolResult
{
    /// <param name="result">One compact JSON object in UTF-8.</param>
    public static ReadOnlyMemory<byte> Success(ReadOnlyMemory<byte> result, ProtocolVersion version, Implementation serverInfo) =>
        JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            WriteContent(json, result.Span);
            if (version.HasStructuredContent())
            {
                json.WritePropertyName("structuredContent"u8);
                json.WriteRawValue(result.Span, skipInputValidation: true);
            }

            End(json, version, serverInfo);
        });

    /// <remarks>Without structured content: some clients check it against the output schema even here.</remarks>
    public static ReadOnlyMemory<byte> Failure(string text, ProtocolVersion version, Implementation serverInfo) =>
        JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            WriteContent(json, System.Text.Encoding.UTF8.GetBytes(text));
            json.WriteBoolean("isError"u8, true);
            End(json, version, serverInfo);
        });

    private static void WriteContent(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void End(Utf8JsonWriter json, ProtocolVersion version, Implementation serverInfo)
    {
        if (version.IsModern())
        {
            ResultMeta.Write(json, serverInfo);
        }

        json.WriteEndObject();
    }
}
