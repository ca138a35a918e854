namespace Backchannel.Native.Wire;

/// <summary>The states of a task.</summary>
internal static class TaskStates
{
    /// <summary>For a time, or for other tasks.</summary>
    public const string Waiting = "waiting";

    /// <summary>The next claim takes it.</summary>
    public const string Open = "open";

    public const string Claimed = "claimed";

    /// <summary>Done.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>Given up, until it is reopened.</summary>
    public const string Failed = "failed";

    public const string Cancelled = "cancelled";

    /// <summary>Its time is over.</summary>
    public const string Expired = "expired";
}
