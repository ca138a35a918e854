using System.Text.Json;

namespace Backchannel.Native.Bus.Storage;

/// <summary>JSON that is stored as text.</summary>
internal static class StoredJson
{
    private static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement.Clone();

    /// <param name="text">A JSON object; null for an empty one.</param>
    public static JsonElement ToElement(string? text) =>
        text is null or "{}" ? EmptyObject : JsonDocument.Parse(text).RootElement;
}
