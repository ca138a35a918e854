namespace Backchannel.Native.Bus.Connections;

/// <summary>Connections that share a limit.</summary>
internal sealed class ConnectionGroup(int limit)
{
    /// <summary>The address that the connections come from.</summary>
    /// <value>Empty for the group of all connections.</value>
    public string Address { get; init; } = "";

    public int Count { get; set; }

    public bool IsFull => Count >= limit;

    /// <summary>Connections without a valid key, the one idle longest first. They stay in this list while a request is in hand.</summary>
    public LinkedList<TrackedConnection> WithoutKey { get; } = [];

    /// <summary>Connections with a valid key and no request in hand, the one idle longest first.</summary>
    public LinkedList<TrackedConnection> IdleWithKey { get; } = [];

    /// <summary>The connection to close when the group is full: the one idle longest, those without a key first.</summary>
    /// <value>Null when all have a key and a request in hand.</value>
    public TrackedConnection? NextToClose => WithoutKey.First?.Value ?? IdleWithKey.First?.Value;
}
