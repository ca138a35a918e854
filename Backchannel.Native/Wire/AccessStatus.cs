namespace Backchannel.Native.Wire;

/// <summary>The values of <c>status</c> in the answer to an access request.</summary>
internal static class AccessStatus
{
    public const string Pending = "pending";
    public const string Open = "open";
    public const string AlreadyMember = "already_member";
}
