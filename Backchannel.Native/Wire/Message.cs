using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A message of a channel as every reader sees it; lease token and lease expiry are never part of it.</summary>
internal sealed record Message
{
    /// <summary>UUID.</summary>
    public required string Id { get; init; }

    public required string ChannelId { get; init; }

    /// <summary>The actor that the poster named and owns; null when none was named.</summary>
    public ActorReference? Actor { get; init; }

    /// <summary>What the poster calls itself; free text, proves nothing.</summary>
    public string? ActorLabel { get; init; }

    public required string Content { get; init; }

    /// <summary>A JSON object, as it was posted.</summary>
    public JsonElement Metadata { get; init; }

    /// <summary>A <see cref="Timestamp"/>; also the cursor that continues behind this message.</summary>
    public required string CreatedAt { get; init; }

    public required string ExpiresAt { get; init; }

    /// <summary>The holder; null when the message is free.</summary>
    public ActorReference? ClaimedBy { get; init; }

    /// <summary>The key that claimed; may stay set on a free message of the reference server.</summary>
    public string? ClaimedByKeyId { get; init; }

    public string? ClaimedAt { get; init; }

    public IReadOnlyList<ActorReference> Mentions { get; init; } = [];

    /// <summary>Who acknowledged, oldest first.</summary>
    public IReadOnlyList<Acknowledgement> AcknowledgedBy { get; init; } = [];

    /// <summary>False once it has expired.</summary>
    public bool Active { get; init; }

    /// <summary>Only where the post named it; so are those below.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Priority { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxAttempts { get; init; }

    /// <summary>The earliest start, a <see cref="Timestamp"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NotBefore { get; init; }

    /// <summary>Ids of the tasks that have to be acknowledged first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? DependsOn { get; init; }

    /// <summary>Id of the message that this one answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplyTo { get; init; }

    /// <summary>Id of the first message of the chain of answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thread { get; init; }

    /// <summary>The files that it names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FileReference>? Files { get; init; }
}
