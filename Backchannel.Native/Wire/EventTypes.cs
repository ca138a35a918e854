namespace Backchannel.Native.Wire;

/// <summary>The values of <c>event_type</c> in a channel's events.</summary>
internal static class EventTypes
{
    public const string MemberAdded = "member_added";
    public const string MemberRemoved = "member_removed";
    public const string InvitationResolved = "invitation_resolved";
    public const string InvitationRevoked = "invitation_revoked";
}
