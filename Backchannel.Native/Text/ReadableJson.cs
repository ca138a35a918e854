using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Text;

/// <summary>JSON as this program writes it: compact, on one line, and with letters outside ASCII as they are.</summary>
internal static class ReadableJson
{
    /// <summary>Escapes what would end a string or a line (U+2028 and its like too) and no more.</summary>
    /// <remarks>Nothing embeds this JSON in HTML, against which the default encoder guards; and models pay for each escape.</remarks>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static JsonWriterOptions Options { get; } = new() { Encoder = Encoder, SkipValidation = true };

    /// <summary>Writes one JSON value into memory.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Options);
        write(json);
        json.Flush();
        return buffer.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type) => Write(json => JsonSerializer.Serialize(json, value, type));

    /// <summary>What stands between the quotation marks of a string.</summary>
    public static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(text, Encoder);
}
