using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The <c>_meta</c> of one request.</summary>
internal readonly ref struct RequestMeta
{
    private readonly ReadOnlySpan<byte> meta;

    public RequestMeta(in RequestParams requestParams) => meta = requestParams.Meta.IsObject ? requestParams.Meta.Value : default;

    /// <summary>Whether it holds a key of the stateless version; this alone makes the request a modern one.</summary>
    public bool IsModern =>
        !meta.IsEmpty && (ProtocolVersion.Exists || ClientCapabilities.Exists || JsonMember.Find(meta, MetaKeys.ClientInfo).Exists);

    public JsonMember ProtocolVersion => JsonMember.Find(meta, MetaKeys.ProtocolVersion);

    public JsonMember ClientCapabilities => JsonMember.Find(meta, MetaKeys.ClientCapabilities);

    /// <summary>The name of the client; null when it gives none.</summary>
    public string? ClientName
    {
        get
        {
            var client = JsonMember.Find(meta, MetaKeys.ClientInfo);
            return client.IsObject ? JsonMember.Find(client.Value, "name").Text : null;
        }
    }

    /// <summary>The conversation that Codex calls from; null when there is none.</summary>
    public string? ThreadId => JsonMember.Find(meta, MetaKeys.ThreadId).Text;

    public JsonMember LogLevel => JsonMember.Find(meta, MetaKeys.LogLevel);

    /// <summary>The token as JSON, to be echoed with its type; empty when there is none, or it is neither a string nor an integer.</summary>
    public ReadOnlyMemory<byte> ProgressToken
    {
        get
        {
            var token = JsonMember.Find(meta, MetaKeys.ProgressToken);
            return token.Type is JsonTokenType.String or JsonTokenType.Number && RequestId.TryParse(token.Value, out _)
                ? token.Value.ToArray()
                : default;
        }
    }

    /// <summary>W3C <c>traceparent</c>; null when absent or not of that form.</summary>
    public string? TraceParent
    {
        get
        {
            var text = JsonMember.Find(meta, MetaKeys.TraceParent).Text;
            return text is not null && IsTraceParent(text) ? text : null;
        }
    }

    /// <summary>version "-" trace id "-" parent id "-" flags, in lower-case hex; see https://www.w3.org/TR/trace-context/#traceparent-header.</summary>
    private static bool IsTraceParent(string text)
    {
        if (text.Length != 55)
        {
            return false;
        }

        for (var index = 0; index < text.Length; index++)
        {
            var isRight = index is 2 or 35 or 52 ? text[index] == '-' : char.IsAsciiHexDigitLower(text[index]);
            if (!isRight)
            {
                return false;
            }
        }

        return true;
    }
}
