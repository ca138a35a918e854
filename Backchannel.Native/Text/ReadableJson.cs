using System.Buffers;
using System.Globalization;
using System.Text;
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

    /// <summary>A thread keeps its buffer for the next value, unless a long one has made it larger than this.</summary>
    private const int LargestKept = 64 * 1024;

    private const string Directions = "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? kept;

    public static JsonWriterOptions Options { get; } = new() { Encoder = Encoder, SkipValidation = true };

    /// <summary>Writes one JSON value into memory.</summary>
    /// <param name="isIndented">Over several lines, for people.</param>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write, bool isIndented = false)
    {
        // A value is some hundred bytes, and a writer asks for four thousand before it begins. What is being written may itself write a value.
        var buffer = kept ?? new ArrayBufferWriter<byte>(8 * 1024);
        kept = null;
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Options with { Indented = isIndented }))
        {
            write(json);
        }

        var text = buffer.WrittenSpan.ToArray();
        kept = buffer.Capacity <= LargestKept ? buffer : null;
        return text;
    }

    public static ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type) => Write(json => JsonSerializer.Serialize(json, value, type));

    /// <summary>The same JSON with escapes for the characters that turn the direction of text: on a terminal they would reorder what stands beside them.</summary>
    /// <remarks>https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters</remarks>
    /// <param name="json">In UTF-8. Outside its strings JSON is ASCII.</param>
    public static byte[] WithoutDirections(ReadOnlySpan<byte> json)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(json));
        foreach (var direction in Directions)
        {
            text.Replace(direction.ToString(), string.Create(CultureInfo.InvariantCulture, $"\\u{(int)direction:x4}"));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>What stands between the quotation marks of a string.</summary>
    public static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(text, Encoder);
}
