using System.Buffers;
using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.JsonRpc;

/// <summary>Renders messages; each is one JSON object without line breaks.</summary>
internal static class JsonRpcEnvelope
{
    /// <param name="result">One JSON value in UTF-8, without line breaks.</param>
    public static void WriteResult(IBufferWriter<byte> target, RequestId id, ReadOnlySpan<byte> result)
    {
        // All of it is JSON already, so no writer is needed.
        target.Write("""{"jsonrpc":"2.0","id":"""u8);
        target.Write(id.Token);
        target.Write(""","result":"""u8);
        target.Write(result);
        target.Write("}"u8);
    }

    /// <param name="id">Null when it could not be read.</param>
    /// <param name="nullForNoId">Whether a missing id is written as null or left out.</param>
    public static void WriteError(IBufferWriter<byte> target, RequestId? id, JsonRpcException error, bool nullForNoId)
    {
        using var json = Begin(target);
        if (id is not null)
        {
            WriteId(json, id);
        }
        else if (nullForNoId)
        {
            json.WriteNull("id"u8);
        }

        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        if (!error.ErrorData.IsEmpty)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(error.ErrorData.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <param name="id">Null: a notification.</param>
    /// <param name="writeParams">Writes the value of <c>params</c>; null: there is none.</param>
    public static void WriteCall(IBufferWriter<byte> target, RequestId? id, string method, Action<Utf8JsonWriter>? writeParams)
    {
        using var json = Begin(target);
        if (id is not null)
        {
            WriteId(json, id);
        }

        json.WriteString("method"u8, method);
        if (writeParams is not null)
        {
            json.WritePropertyName("params"u8);
            writeParams(json);
        }

        json.WriteEndObject();
    }

    private static Utf8JsonWriter Begin(IBufferWriter<byte> target)
    {
        var json = new Utf8JsonWriter(target, ReadableJson.Options);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        return json;
    }

    private static void WriteId(Utf8JsonWriter json, RequestId id)
    {
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.Token, skipInputValidation: true);
    }
}
