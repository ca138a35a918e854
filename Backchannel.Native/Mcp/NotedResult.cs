using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Adds a sentence to a result that is JSON already, in its <c>note</c>.</summary>
internal static class NotedResult
{
    private const string Member = "note";

    /// <summary>Deeper than any metadata that a bus hands on.</summary>
    private const int MaxDepth = 2000;

    private static readonly JsonWriterOptions Options = ReadableJson.Options with { MaxDepth = MaxDepth };

    /// <param name="result">A JSON object in UTF-8.</param>
    public static ReadOnlyMemory<byte> Add(ReadOnlyMemory<byte> result, string note)
    {
        using var document = JsonDocument.Parse(result, new JsonDocumentOptions { MaxDepth = MaxDepth });
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals(Member))
                {
                    note = $"{member.Value.GetString()} {note}";
                }
                else
                {
                    member.WriteTo(json);
                }
            }

            json.WriteString(Member, note);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
