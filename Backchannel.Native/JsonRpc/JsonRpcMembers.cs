using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>The top-level members of one object, collected while it is scanned; of a repeated member the last counts.</summary>
internal ref struct JsonRpcMembers
{
    private bool paramsAreOther;

    public bool IsVersion2 { get; private set; }

    public bool HasId { get; private set; }

    public RequestId? Id { get; private set; }

    public bool HasMethod { get; private set; }

    public bool MethodIsString { get; private set; }

    public ReadOnlySpan<byte> Method { get; private set; }

    public ReadOnlySpan<byte> Params { get; private set; }

    /// <summary>Also true when they are absent or null.</summary>
    public readonly bool ParamsAreObject => !paramsAreOther;

    public bool HasResultOrError { get; private set; }

    /// <summary>The <c>result</c> of a response; empty when it is no object.</summary>
    public ReadOnlySpan<byte> Result { get; private set; }

    /// <summary>Deepest nesting seen so far.</summary>
    public int Deepest { get; private set; }

    /// <summary>Reads the member whose name <paramref name="reader"/> stands on.</summary>
    public void Read(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json) => TryRead(ref reader, json);

    /// <summary>As <see cref="Read"/>; false when the text ends inside the member.</summary>
    public bool TryRead(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        // ValueTextEquals sees through \u escapes.
        if (reader.ValueTextEquals("jsonrpc"u8))
        {
            return reader.Read() && ReadVersion(ref reader);
        }

        if (reader.ValueTextEquals("id"u8))
        {
            return reader.Read() && ReadId(ref reader, json);
        }

        if (reader.ValueTextEquals("method"u8))
        {
            return reader.Read() && ReadMethod(ref reader);
        }

        if (reader.ValueTextEquals("params"u8))
        {
            return reader.Read() && ReadParams(ref reader, json);
        }

        if (reader.ValueTextEquals("result"u8))
        {
            return reader.Read() && ReadResult(ref reader, json);
        }

        HasResultOrError |= reader.ValueTextEquals("error"u8);
        return reader.Read() && Skip(ref reader);
    }

    private bool ReadVersion(scoped ref Utf8JsonReader reader)
    {
        IsVersion2 = reader.TokenType is JsonTokenType.String && reader.ValueTextEquals("2.0"u8);
        return Skip(ref reader);
    }

    private bool ReadId(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        HasId = true;
        Id = RequestId.TryRead(ref reader, json, out var id) ? id : null;
        return Skip(ref reader);
    }

    private bool ReadMethod(scoped ref Utf8JsonReader reader)
    {
        HasMethod = true;
        MethodIsString = reader.TokenType is JsonTokenType.String;
        Method = MethodIsString ? Unescape(ref reader) : default;
        return Skip(ref reader);
    }

    private bool ReadParams(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType is JsonTokenType.StartObject;
        paramsAreOther = !isObject && reader.TokenType is not JsonTokenType.Null;
        if (!Skip(ref reader))
        {
            return false;
        }

        Params = isObject ? json[start..(int)reader.BytesConsumed] : default;
        return true;
    }

    private bool ReadResult(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        HasResultOrError = true;
        var start = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType is JsonTokenType.StartObject;
        if (!Skip(ref reader))
        {
            return false;
        }

        Result = isObject ? json[start..(int)reader.BytesConsumed] : default;
        return true;
    }

    /// <summary>As <see cref="Utf8JsonReader.TrySkip"/>, and also records the depth. False when the text ends inside the value.</summary>
    private bool Skip(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return true;
        }

        var level = reader.CurrentDepth;
        while (reader.Read())
        {
            // At a bracket, CurrentDepth does not count that bracket.
            Deepest = Math.Max(Deepest, reader.CurrentDepth + 1);
            if (reader.CurrentDepth == level)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> Unescape(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        var text = new byte[reader.ValueSpan.Length];
        try
        {
            return text.AsSpan(0, reader.CopyString(text));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate: no method has such a name, and the refusal can show it as it was spelled.
            return reader.ValueSpan;
        }
    }
}
