using System.Text.Json;

namespace Backchannel.Native.Text;

/// <summary>Texts in JSON whose form is not known.</summary>
internal static class JsonTexts
{
    /// <summary>The text of a member; null: it is missing or no text, or this is no object.</summary>
    public static string? TextOf(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
}
