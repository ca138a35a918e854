using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

internal sealed class ModelKey
{
    public required string Raw { get; init; }

    public required string Id { get; init; }

    public required string Label { get; init; }

    public bool Active { get; set; } = true;

    public List<string>? Scopes { get; set; }

    public List<string> Audit { get; } = ["key.issue"];
}

internal sealed class ModelChannel
{
    public required string Id { get; set; }

    public required ModelKey Creator { get; init; }

    public required string Name { get; set; }

    public required string Mode { get; set; }

    public string Access { get; set; } = "open";

    public bool Discoverable { get; set; } = true;

    public string Description { get; set; } = "";

    public JsonObject Schema { get; set; } = [];

    public string? Pinned { get; set; }

    public int Ttl { get; init; } = 86_400;

    public int RetentionDays { get; set; } = 7;

    public int? MaxMessages { get; set; }

    public int? MaxWrites { get; set; }

    /// <summary>Of tasks that name no maximum.</summary>
    public int? MaxAttempts { get; set; }

    public bool Paused { get; set; }

    public SortedSet<string> Aliases { get; } = new(StringComparer.Ordinal);

    public List<ModelChannel> Related { get; set; } = [];

    public required DateTimeOffset CreatedAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public List<ModelMember> Members { get; } = [];

    public List<ModelMessage> Messages { get; } = [];

    public List<ModelArchived> Archive { get; } = [];

    public List<ModelEvent> Events { get; } = [];

    public List<ModelAccessRequest> Requests { get; } = [];

    public bool IsMember(string keyId) => Members.Exists(member => member.KeyId == keyId);
}

internal sealed record ModelMember(string KeyId, DateTimeOffset GrantedAt, string? Invitation)
{
    /// <summary>Null until an answer shows it.</summary>
    public string? Id { get; set; }
}

internal sealed record ModelEvent(string Type, string Actor, string? Subject, string? Invitation, DateTimeOffset At, int Number)
{
    /// <summary>As an answer has shown it; null until then.</summary>
    public string? CreatedAt { get; set; }
}

internal sealed class ModelAccessRequest
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string Status { get; set; } = "pending";
}

internal sealed class ModelInvitation
{
    public required string Id { get; init; }

    public required ModelKey Creator { get; init; }

    public required ModelChannel Channel { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset ExpiresAt => CreatedAt.AddHours(24);
}

internal sealed class ModelActor
{
    /// <summary>Null until an answer shows it.</summary>
    public string? Id { get; set; }

    public required string Owner { get; init; }

    public required string KeyId { get; init; }

    public required string Name { get; init; }

    public string Description { get; init; } = "";

    public JsonObject Metadata { get; init; } = [];

    public SortedSet<string> Aliases { get; } = new(StringComparer.Ordinal);

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ModelMessage
{
    /// <summary>Empty until an answer shows it.</summary>
    public required string Id { get; set; }

    public required ModelActor? Actor { get; init; }

    public required string? Label { get; init; }

    public required string Content { get; init; }

    public required JsonObject Metadata { get; init; }

    public required List<ModelActor> Mentions { get; init; }

    public required DateTimeOffset CreatedAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public required ModelTask Task { get; init; }

    public ModelClaim? Claim { get; set; }

    public List<ModelAck> Acks { get; } = [];

    public int Deliveries { get; set; }

    public int Version { get; set; }
}

internal sealed record ModelAck(ModelActor Actor, DateTimeOffset At, JsonObject Metadata);

/// <param name="Token">Null for a claim without a lease.</param>
/// <param name="Session">The secret of the process; empty where it does not live on, null where it named none.</param>
internal sealed record ModelClaim(
    ModelActor Actor, string KeyId, DateTimeOffset At, string? Token, DateTimeOffset? LeaseEnd, string? Session)
{
    /// <summary>Whether an outage of the bus has lengthened the lease, which happens once until it is renewed.</summary>
    public bool IsLengthened { get; init; }
}

internal sealed record ModelArchived(ModelMessage Message, DateTimeOffset At, bool Retracted);

internal sealed class ModelSession
{
    public required string Id { get; init; }

    public required string KeyId { get; init; }

    public required string Name { get; init; }

    public required JsonObject State { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset ExpiresAt => CreatedAt.AddHours(24);
}
