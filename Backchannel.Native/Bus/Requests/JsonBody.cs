using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Text;

namespace Backchannel.Native.Bus.Requests;

/// <summary>Writes JSON answers.</summary>
internal static class JsonBody
{
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write) => ReadableJson.Write(write);

    public static Reply Reply<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, ReadableJson.Write(value, type));

    /// <summary>A listing that comes whole, without pages.</summary>
    public static Reply Listing<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type) => List(items, type, static _ => { });

    /// <summary>One page of a listing, in the form of <see cref="Wire.Page{T}"/>.</summary>
    public static Reply Page<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type, int limit, string? nextCursor) => List(items, type, json =>
    {
        json.WriteNumber("limit"u8, limit);
        json.WriteString("next_cursor"u8, nextCursor);
    });

    private static Reply List<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type, Action<Utf8JsonWriter> writeRest) => new(200, Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var item in items)
        {
            JsonSerializer.Serialize(json, item, type);
        }

        json.WriteEndArray();
        writeRest(json);
        json.WriteEndObject();
    }));
}
