namespace Backchannel.Native.Wire;

/// <summary>A key that was let into a channel.</summary>
/// <param name="KeyId">Any string: it is not checked that such a key exists.</param>
/// <param name="GrantedViaInvitationId">Null for the creator and for keys that were added directly.</param>
internal sealed record Member(string Id, string ChannelId, string KeyId, string GrantedAt, string? GrantedViaInvitationId);
