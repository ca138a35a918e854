namespace Backchannel.Native.Bus.Connections;

/// <summary>Connections that share a limit; those without a request in hand in the order in which they went quiet.</summary>
internal sealed class ConnectionCrowd(int most)
{
    /// <summary>The address they come from.</summary>
    /// <value>Empty for all of them.</value>
    public string Address { get; init; } = "";

    public int Count { get; set; }

    public bool IsFull => Count >= most;

    /// <summary>Those that no valid key has been seen on, also while they have a request in hand.</summary>
    public LinkedList<ConnectionPlace> Strangers { get; } = [];

    /// <summary>Those with a valid key, between two requests.</summary>
    public LinkedList<ConnectionPlace> Resting { get; } = [];

    /// <summary>Null when everybody has a request in hand.</summary>
    public ConnectionPlace? LeastMissed => Strangers.First?.Value ?? Resting.First?.Value;
}
