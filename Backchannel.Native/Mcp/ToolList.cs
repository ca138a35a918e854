using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>The answers to <c>tools/list</c>, one for each version, rendered when first asked for and then kept.</summary>
/// <remarks>Used by the read loop alone.</remarks>
internal sealed class ToolList(IReadOnlyList<Tool> tools, Implementation serverInfo)
{
    private readonly ReadOnlyMemory<byte>[] rendered = new ReadOnlyMemory<byte>[ProtocolVersions.Count];

    /// <exception cref="JsonRpcException">A cursor was given.</exception>
    public JsonRpcReply Reply(in RequestParams requestParams, ProtocolVersion version) =>
        requestParams.Find("cursor").IsAbsentOrNull
            ? JsonRpcReply.Now(For(version))
            : throw McpErrors.UnknownCursor();

    private ReadOnlyMemory<byte> For(ProtocolVersion version)
    {
        ref var result = ref rendered[(int)version];
        if (result.IsEmpty)
        {
            result = ReadableJson.Write(json => Write(json, version));
        }

        return result;
    }

    private void Write(Utf8JsonWriter json, ProtocolVersion version)
    {
        json.WriteStartObject();
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            Write(json, tool, version);
        }

        json.WriteEndArray();
        if (version.IsModern())
        {
            ResultMeta.WriteCaching(json);
            ResultMeta.Write(json, serverInfo);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Tool tool, ProtocolVersion version)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, tool.Name);
        if (version.HasTitles())
        {
            json.WriteString("title"u8, tool.Title);
        }

        json.WriteString("description"u8, tool.Description);
        json.WritePropertyName("inputSchema"u8);
        WriteCompact(json, tool.InputSchema);
        if (version.HasStructuredContent())
        {
            json.WritePropertyName("outputSchema"u8);
            WriteCompact(json, tool.OutputSchema);
        }

        if (version.HasToolAnnotations())
        {
            json.WritePropertyName("annotations"u8);
            tool.Annotations.Write(json);
        }

        if (tool.IsAlwaysOffered && version.HasToolMeta())
        {
            json.WriteStartObject(MetaKeys.Meta);
            json.WriteBoolean(MetaKeys.AlwaysLoad, true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteCompact(Utf8JsonWriter json, ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document);
        JsonElement.ParseValue(ref reader).WriteTo(json);
    }
}
