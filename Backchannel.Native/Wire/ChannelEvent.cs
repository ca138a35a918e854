using System.Text.Json;

namespace Backchannel.Native.Wire;

/// <summary>Something that happened to a channel's membership.</summary>
/// <param name="EventType">One of <see cref="EventTypes"/>.</param>
/// <param name="Metadata">Always empty.</param>
internal sealed record ChannelEvent(
    string Id,
    string ChannelId,
    string EventType,
    string ActorKeyId,
    string? SubjectKeyId,
    string? InvitationId,
    JsonElement Metadata,
    string CreatedAt,
    string ExpiresAt);
