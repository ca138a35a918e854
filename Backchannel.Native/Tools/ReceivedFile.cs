using System.Text.Json.Serialization;

namespace Backchannel.Native.Tools;

/// <summary>A file of a message, as a tool's result shows it: at most 300 bytes of JSON.</summary>
/// <param name="Path">Where the model finds it; null where it could not be fetched.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record ReceivedFile(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    long Bytes)
{
    /// <summary>The name that the sender gave; only where there is no <see cref="Path"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Why there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}
