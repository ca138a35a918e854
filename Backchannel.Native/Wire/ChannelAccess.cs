namespace Backchannel.Native.Wire;

/// <summary>Who may use a channel.</summary>
internal static class ChannelAccess
{
    /// <summary>Every key of the bus.</summary>
    public const string Open = "open";

    /// <summary>The creating key and member keys.</summary>
    public const string Restricted = "restricted";
}
