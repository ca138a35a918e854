using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>A member of a JSON object, as a view into the JSON.</summary>
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

    /// <summary>Absent or null: optional members may be either.</summary>
    public bool IsAbsentOrNull => Type is JsonTokenType.None or JsonTokenType.Null;

    public bool IsString => Type is JsonTokenType.String;

    public bool IsObject => Type is JsonTokenType.StartObject;

    /// <summary>The text of a string; null when the value is no string, or holds a lone surrogate.</summary>
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

        var reader = Enter(json);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                found = Read(ref reader, json);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    /// <summary>A reader that stands on the opening brace of an object.</summary>
    public static Utf8JsonReader Enter(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        return reader;
    }

    /// <summary>Reads the member whose name <paramref name="reader"/> stands on, to the end of its value.</summary>
    public static JsonMember Read(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        var type = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new(type, json[start..(int)reader.BytesConsumed]);
    }
}
