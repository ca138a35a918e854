namespace Backchannel.Native.Wire;

/// <summary>The values of <c>status</c> in answers to claim, release and ack; a 200 alone says nothing.</summary>
internal static class ClaimStatus
{
    public const string Claimed = "claimed";
    public const string AlreadyClaimed = "already_claimed";
    public const string AlreadyAcknowledged = "already_acknowledged";
    public const string Acknowledged = "acknowledged";
    public const string Released = "released";
    public const string Retracted = "retracted";
}
