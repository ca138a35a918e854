namespace Backchannel.Native.Wire;

/// <summary>The <c>status</c> filter of a message listing.</summary>
internal static class MessageStatus
{
    /// <summary>Messages without a holder.</summary>
    public const string Unclaimed = "unclaimed";

    /// <summary>Messages with a holder; a lease that has run out counts until it is swept.</summary>
    public const string Claimed = "claimed";
}
