using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>Writes one JSON value into memory, compact and on one line.</summary>
internal static class JsonBytes
{
    private static readonly JsonWriterOptions Options = new()
    {
        // Texts of other agents pass through here; nothing embeds them in HTML, and models pay for escapes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        write(json);
        json.Flush();
        return buffer.WrittenMemory;
    }
}
