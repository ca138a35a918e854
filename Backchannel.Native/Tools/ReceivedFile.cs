using System.Text.Json.Serialization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A file of a message, as a tool's result shows it: at most 300 bytes of JSON.</summary>
/// <param name="Path">Where the model finds it; null where it could not be fetched.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record ReceivedFile(string? Path, long Bytes)
{
    /// <summary>Leaves room in 300 bytes for the rest of the JSON.</summary>
    public const int MaxPathBytes = 250;

    /// <summary>With a name and the frame still within 300 bytes.</summary>
    private const int MaxErrorCharacters = 130;

    /// <summary>The name that the sender gave; only where there is no <see cref="Path"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Why there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    public static ReceivedFile Missing(FileReference file, string reason) => new(null, file.Bytes)
    {
        Name = Files.SafeFileName.Of(file.Name, Limits.MaxFileNameBytes),
        Error = ShownText.Clean(reason, MaxErrorCharacters),
    };
}
