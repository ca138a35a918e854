using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>A member of a JSON object, found without reading the rest into memory.</summary>
internal readonly ref struct JsonMember
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = JsonRpcMessage.MaxDepth };

    private JsonMember(JsonTokenType type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    /// <summary>The first token of the value; <see cref="JsonTokenType.None"/> when there is no such member.</summary>
    public JsonTokenType Type { get; }

    /// <summary>The value as JSON.</summary>
    public ReadOnlySpan<byte> Value { get; }

    public bool Exists => Type is not JsonTokenType.None;

    /// <summary>Absent or null, which the lenient parts of the protocol treat alike.</summary>
    public bool IsAbsentOrNull => Type is JsonTokenType.None or JsonTokenType.Null;

    public bool IsString => Type is JsonTokenType.String;

    public bool IsObject => Type is JsonTokenType.StartObject;

    /// <summary>The text of a string; null when it is none, or one that is not valid text (a lone surrogate).</summary>
    public string? Text
    {
        get
        {
            if (Type is not JsonTokenType.String)
            {
                return null;
            }

            var reader = new Utf8JsonReader(Value);
            reader.Read();
            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    /// <summary>Finds a member; of a repeated one the last counts.</summary>
    /// <param name="json">A JSON object, or nothing.</param>
    public static JsonMember Find(ReadOnlySpan<byte> json, string name)
    {
        var found = default(JsonMember);
        if (json.IsEmpty)
        {
            return found;
        }

        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isWanted = reader.ValueTextEquals(name);
            reader.Read();
            var type = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isWanted)
            {
                found = new(type, json[start..(int)reader.BytesConsumed]);
            }
        }

        return found;
    }
}
