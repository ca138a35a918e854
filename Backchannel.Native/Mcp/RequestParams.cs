using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>The <c>params</c> of one request, read in a single pass: those of a tool call can be large.</summary>
internal readonly ref struct RequestParams
{
    /// <param name="json">A JSON object, or nothing.</param>
    public RequestParams(ReadOnlySpan<byte> json)
    {
        Json = json;
        if (json.IsEmpty)
        {
            return;
        }

        var reader = JsonMember.Enter(json);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("_meta"u8))
            {
                Meta = JsonMember.Read(ref reader, json);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                Name = JsonMember.Read(ref reader, json);
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                Arguments = JsonMember.Read(ref reader, json);
            }
            else if (reader.ValueTextEquals("inputResponses"u8))
            {
                InputResponses = JsonMember.Read(ref reader, json);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    public ReadOnlySpan<byte> Json { get; }

    public JsonMember Meta { get; }

    /// <summary>Of <c>tools/call</c>.</summary>
    public JsonMember Name { get; }

    /// <summary>Of <c>tools/call</c>.</summary>
    public JsonMember Arguments { get; }

    /// <summary>Of <c>tools/call</c>, since 2026-07-28: what an earlier answer asked for.</summary>
    public JsonMember InputResponses { get; }

    /// <summary>Finds a member of another method in a pass of its own.</summary>
    public JsonMember Find(string name) => JsonMember.Find(Json, name);
}
