namespace Backchannel.Native.Wire;

/// <summary>How a channel hands out its messages.</summary>
internal static class ChannelMode
{
    /// <summary>Every reader sees every message; nothing can be claimed.</summary>
    public const string Broadcast = "broadcast";

    /// <summary>One worker at a time takes a message.</summary>
    public const string Claimable = "claimable";
}
