namespace Backchannel.Native.Bus.Connections;

/// <summary>Connections that share a limit.</summary>
internal sealed class ConnectionGroup(int limit)
{
    // Bounds the work that a newcomer makes at a full bus.
    private const int Compared = 64;

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
    /// <remarks>
    /// Of those without a key that are idle longest, one of the address with the most connections: a client that has connected and is about
    /// to send its first request must not lose its place to a crowd that connects faster than it can send.
    /// </remarks>
    /// <value>Null when all have a key and a request in hand.</value>
    public TrackedConnection? NextToClose
    {
        get
        {
            var next = WithoutKey.First ?? IdleWithKey.First;
            var other = WithoutKey.First;
            for (var compared = 0; other is not null && compared < Compared; compared++, other = other.Next)
            {
                if (other.Value.AddressGroup?.Count > next!.Value.AddressGroup?.Count)
                {
                    next = other;
                }
            }

            return next?.Value;
        }
    }
}
