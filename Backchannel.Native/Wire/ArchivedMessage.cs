using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A message that was retracted or has expired, as the history shows it.</summary>
internal sealed record ArchivedMessage(
    string Id,
    string ChannelId,
    ActorReference? Actor,
    string? ActorLabel,
    string Content,
    JsonElement Metadata,
    string CreatedAt,
    string ExpiresAt,
    ActorReference? ClaimedBy,
    string? ClaimedAt,
    string ArchivedAt,
    bool Active)
{
    /// <summary>Of a task that failed, was cancelled or was still waiting; absent for every other message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TaskState { get; init; }

    /// <summary>The files that it names; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FileReference>? Files { get; init; }
}
