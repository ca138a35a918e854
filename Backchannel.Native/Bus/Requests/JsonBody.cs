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
}
