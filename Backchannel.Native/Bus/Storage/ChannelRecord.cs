using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>A channel as it is stored, without its aliases and relations.</summary>
internal sealed record ChannelRecord
{
    public long Number { get; init; }

    public required string Id { get; init; }

    public required string OwnerId { get; init; }

    public required string CreatedByKeyId { get; init; }

    public required string Name { get; init; }

    public required string Mode { get; init; }

    public required string Access { get; init; }

    public required bool Discoverable { get; init; }

    public required string Description { get; init; }

    public required string MetadataSchema { get; init; }

    public string? PinnedMessage { get; init; }

    public string? WebhookUrl { get; init; }

    public string? WebhookSecret { get; init; }

    public required int TtlSeconds { get; init; }

    public required int RetentionDays { get; init; }

    public int? MaxMessages { get; init; }

    public int? MaxWritesPerMinute { get; init; }

    public bool Paused { get; init; }

    /// <summary>Attempts of tasks that name no maximum; null: no limit.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The events beyond new messages that the channel's webhook is told of.</summary>
    public IReadOnlyList<string> WebhookEvents { get; init; } = [];

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public bool IsClaimable => Mode == ChannelMode.Claimable;

    public bool IsOpen => Access == ChannelAccess.Open;
}
