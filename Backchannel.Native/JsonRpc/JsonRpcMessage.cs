using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>One envelope, as a view into the line it came in; valid only until the next line is read.</summary>
internal readonly ref struct JsonRpcMessage
{
    /// <summary>Deepest nesting that is served, the message itself included.</summary>
    public const int MaxDepth = 128;

    // The envelope is read to its end however deep it nests, so that a refusal can carry the id.
    private static readonly JsonReaderOptions Unlimited = new() { MaxDepth = int.MaxValue };

    private JsonRpcMessage(JsonRpcMessageKind kind, RequestId? id, bool isBatched)
    {
        Kind = kind;
        Id = id;
        IsBatched = isBatched;
    }

    public JsonRpcMessageKind Kind { get; }

    /// <summary>Null when there was none, or it could not be read.</summary>
    public RequestId? Id { get; }

    /// <summary>The method's name without its JSON escapes.</summary>
    public ReadOnlySpan<byte> Method { get; private init; }

    /// <summary>The <c>params</c> object in JSON; empty when absent or null.</summary>
    public ReadOnlySpan<byte> Params { get; private init; }

    /// <summary>The <c>result</c> object of a response in JSON; empty when it tells an error, or is malformed.</summary>
    public ReadOnlySpan<byte> Result { get; private init; }

    /// <summary>Whether the message was a member of a batch.</summary>
    public bool IsBatched { get; }

    public int FaultCode { get; private init; }

    public string? FaultText { get; private init; }

    /// <summary>Reads one JSON value, whatever it is.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonRpcMessage Read(ReadOnlySpan<byte> json, bool isBatched)
    {
        var reader = new Utf8JsonReader(json, Unlimited);
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read();
            return new(JsonRpcMessageKind.Invalid, null, isBatched)
            {
                FaultCode = JsonRpcErrorCode.InvalidRequest,
                FaultText = "Not a JSON-RPC message: an object is expected.",
            };
        }

        var members = default(JsonRpcMembers);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            members.Read(ref reader, json);
        }

        // Reads to the end of the text: a second value behind the message is not JSON.
        reader.Read();
        return Classify(members, isBatched);
    }

    /// <summary>Splits a batch into its members.</summary>
    /// <exception cref="JsonException">The array is not JSON.</exception>
    public static List<Range> SplitBatch(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Unlimited);
        reader.Read();
        var ranges = new List<Range>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            ranges.Add(start..(int)reader.BytesConsumed);
        }

        reader.Read();
        return ranges;
    }

    /// <summary>Looks for the id in the beginning of a message that was cut off.</summary>
    public static RequestId? FindId(ReadOnlySpan<byte> beginning)
    {
        var members = default(JsonRpcMembers);
        try
        {
            var reader = new Utf8JsonReader(beginning, isFinalBlock: false, new JsonReaderState(Unlimited));
            if (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName && members.TryRead(ref reader, beginning))
                {
                }
            }
        }
        catch (JsonException)
        {
            // An id that came before the fault is still used.
        }

        return members.Id;
    }

    private static JsonRpcMessage Classify(scoped in JsonRpcMembers members, bool isBatched)
    {
        if (members.HasResultOrError && !members.HasMethod)
        {
            return new(JsonRpcMessageKind.Response, members.Id, isBatched)
            {
                Result = members is { IsVersion2: true, Deepest: <= MaxDepth } ? members.Result : default,
            };
        }

        if (!members.HasId && members.MethodIsString)
        {
            // Never answered, however broken: without an id the client could not tell what the answer belongs to.
            var canServe = members.IsVersion2 && members.ParamsAreObject && members.Deepest <= MaxDepth;
            return new(canServe ? JsonRpcMessageKind.Notification : JsonRpcMessageKind.Response, null, isBatched)
            {
                Method = members.Method,
                Params = members.Params,
            };
        }

        // JSON-RPC lets an id be null; here it is a malformed request and not a notification.
        var (code, text) = members switch
        {
            { HasId: true, Id: null } => (JsonRpcErrorCode.InvalidRequest, "The id must be a string or an integer."),
            { IsVersion2: false } => (JsonRpcErrorCode.InvalidRequest, "The member jsonrpc must be \"2.0\"."),
            { MethodIsString: false } => (JsonRpcErrorCode.InvalidRequest, "The member method must be a string."),
            { Deepest: > MaxDepth } => (JsonRpcErrorCode.InvalidRequest, $"Nested too deeply: {MaxDepth} levels are served."),
            { ParamsAreObject: false } => (JsonRpcErrorCode.InvalidParams, "The member params must be an object."),
            _ => (0, null),
        };
        return new(text is null ? JsonRpcMessageKind.Request : JsonRpcMessageKind.Invalid, members.Id, isBatched)
        {
            Method = members.Method,
            Params = members.Params,
            FaultCode = code,
            FaultText = text,
        };
    }
}
