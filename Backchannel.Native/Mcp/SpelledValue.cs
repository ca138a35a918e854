using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>Reads values that came as text: some models write "5" for 5, "true" for true, and an object or a list as a string of JSON.</summary>
internal static class SpelledValue
{
    /// <param name="types">JSON Schema types that are allowed.</param>
    /// <returns>Null when the text spells a value of none of them.</returns>
    public static JsonElement? Read(string text, IReadOnlyCollection<string> types)
    {
        var json = text.Trim();
        if (types.Contains("boolean") && bool.TryParse(json, out var boolean))
        {
            // Python spells it True.
            return JsonElement.Parse(boolean ? "true"u8 : "false"u8);
        }

        try
        {
            var value = JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = JsonRpcMessage.MaxDepth });
            var isWanted = value.ValueKind switch
            {
                JsonValueKind.Number => types.Contains("integer") || types.Contains("number"),
                JsonValueKind.Object => types.Contains("object"),
                JsonValueKind.Array => types.Contains("array"),
                _ => false,
            };
            return isWanted ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
