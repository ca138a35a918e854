using System.Text;
using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>The answer to <c>tools/call</c>.</summary>
internal static class CallToolResult
{
    /// <summary>Longest answer in bytes: TypeScript clients close the connection when one line exceeds 10 MiB.</summary>
    private const int Longest = 8 << 20;

    /// <param name="result">One compact JSON object in UTF-8. One that is too long for a line becomes a failure that says so.</param>
    public static ReadOnlyMemory<byte> Success(ReadOnlyMemory<byte> result, ProtocolVersion version, Implementation serverInfo)
    {
        var answer = Render(result, version, serverInfo);
        return answer.Length <= Longest
            ? answer
            : Failure($"The result is too large for one answer ({answer.Length} bytes). Ask for less at a time.", version, serverInfo);
    }

    /// <remarks>Without structured content: some clients check it against the output schema even here.</remarks>
    public static ReadOnlyMemory<byte> Failure(string text, ProtocolVersion version, Implementation serverInfo) =>
        ReadableJson.Write(json =>
        {
            json.WriteStartObject();
            WriteContent(json, Encoding.UTF8.GetBytes(text));
            json.WriteBoolean("isError"u8, true);
            End(json, version, serverInfo);
        });

    private static ReadOnlyMemory<byte> Render(ReadOnlyMemory<byte> result, ProtocolVersion version, Implementation serverInfo) =>
        ReadableJson.Write(json =>
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
