using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Bus.Http;

/// <summary>Writes JSON answers: compact, in UTF-8.</summary>
internal static class JsonBody
{
    // Answers are never put into a page as they are, and '+' in a timestamp should be read as '+'.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, Options);
        write(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    public static Reply Reply<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, Write(writer => JsonSerializer.Serialize(writer, value, type)));
}
