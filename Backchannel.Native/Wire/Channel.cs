using System.Text.Json;

namespace Backchannel.Native.Wire;

/// <summary>A channel as those with access see it.</summary>
internal sealed record Channel
{
    /// <summary>UUID. Another channel can take over a name or an alias, but not an id.</summary>
    public required string Id { get; init; }

    /// <summary>Label of the key that created it.</summary>
    public required string OwnerId { get; init; }

    public required string CreatedByKeyId { get; init; }

    /// <summary>Not unique: a name means the newest channel of that name among the caller's own.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="ChannelMode"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>One of <see cref="ChannelAccess"/>.</summary>
    public required string Access { get; init; }

    public bool Discoverable { get; init; }

    public string Description { get; init; } = "";

    /// <summary>A small JSON Schema that metadata of new messages must fit; <c>{}</c> for none.</summary>
    public JsonElement MetadataSchema { get; init; }

    public string? PinnedMessage { get; init; }

    /// <summary>Life of a message.</summary>
    public int TtlSeconds { get; init; }

    /// <summary>How long archived messages are kept.</summary>
    public int RetentionDays { get; init; }

    /// <summary>The oldest messages above this number are deleted; null: no limit.</summary>
    public int? MaxMessages { get; init; }

    public int? MaxWritesPerMinute { get; init; }

    public bool Paused { get; init; }

    /// <summary>Unique on the whole instance, sorted; an alias beats every name.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public IReadOnlyList<ChannelReference> RelatedChannels { get; init; } = [];

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }
}
