namespace Backchannel.Native.Wire;

/// <summary>A way into a restricted channel for every key that knows its id, for a day.</summary>
internal sealed record Invitation(
    string Id,
    string OwnerId,
    string CreatedByKeyId,
    string CreatedAt,
    string ExpiresAt,
    string? RevokedAt,
    bool Active,
    InvitedChannel Channel);

/// <summary>The channel that an invitation leads to.</summary>
internal sealed record InvitedChannel(string Id, string Name, string Mode, string Description);
