using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Ids as callers write them. What no id can be is found here: a bus would answer that with something that says nothing of the id.</summary>
internal static class IdParameter
{
    /// <summary>Ids of buses have 36 characters.</summary>
    private const int MaxLength = 256;

    /// <param name="value">A string, or an array of strings.</param>
    /// <param name="faults">Gets what is wrong with them.</param>
    /// <returns>The same without blanks around each id.</returns>
    public static JsonElement Read(string name, JsonElement value, List<string> faults)
    {
        List<string> came = value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray().Select(static item => item.GetString()!)] : [value.GetString()!];
        var ids = came.ConvertAll(static id => id.Trim());
        foreach (var id in ids)
        {
            if (FaultOf(id) is { } fault)
            {
                faults.Add($"Wrong parameter {name}: got {Excerpt.Of(Quote(id))}; {fault}. Pass the id exactly as it came.");
                return value;
            }
        }

        return ids.SequenceEqual(came) ? value : JsonElement.Parse(ReadableJson.Write(json => Write(json, ids, value.ValueKind is JsonValueKind.Array)).Span);
    }

    /// <returns>Null: it may be an id.</returns>
    private static string? FaultOf(string id) => id switch
    {
        "" => "an id is not blank",
        { Length: > MaxLength } => $"an id has at most {MaxLength} characters",
        _ when id.Any(char.IsControl) => "an id has no control characters",
        _ => null,
    };

    private static string Quote(string text) => $"\"{ReadableJson.Encode(text)}\"";

    private static void Write(Utf8JsonWriter json, List<string> ids, bool isList)
    {
        if (!isList)
        {
            json.WriteStringValue(ids[0]);
            return;
        }

        json.WriteStartArray();
        foreach (var id in ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }
}
