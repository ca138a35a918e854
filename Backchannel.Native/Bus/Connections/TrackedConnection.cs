using Microsoft.AspNetCore.Connections;

namespace Backchannel.Native.Bus.Connections;

/// <summary>What <see cref="ConnectionGate"/> knows of a connection. Only the gate changes it, under its lock.</summary>
internal sealed class TrackedConnection
{
    private readonly ConnectionGate gate;
    private readonly LinkedListNode<TrackedConnection> amongAll;
    private readonly LinkedListNode<TrackedConnection> amongAddress;

    public TrackedConnection(ConnectionGate gate, ConnectionContext connection, ConnectionGroup? addressGroup)
    {
        this.gate = gate;
        amongAll = new(this);
        amongAddress = new(this);
        Connection = connection;
        AddressGroup = addressGroup;
    }

    public ConnectionContext Connection { get; }

    /// <summary>The connections from the same address; null where the limit per address does not apply.</summary>
    public ConnectionGroup? AddressGroup { get; }

    /// <summary>Whether it has shown a valid key, or is trusted without one.</summary>
    public bool HasKey { get; set; }

    /// <summary>Whether it no longer counts: it has ended, or is being closed.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The timestamp since which it has been idle.</summary>
    public long IdleSince { get; set; }

    public void RequestWithKeyBegins() => gate.RequestWithKeyBegins(this);

    public void RequestEnds() => gate.RequestEnds(this);

    public void AddToIdle(ConnectionGroup all)
    {
        ListOf(all).AddLast(amongAll);
        if (AddressGroup is not null)
        {
            ListOf(AddressGroup).AddLast(amongAddress);
        }
    }

    public void RemoveFromIdle()
    {
        amongAll.List?.Remove(amongAll);
        amongAddress.List?.Remove(amongAddress);
    }

    private LinkedList<TrackedConnection> ListOf(ConnectionGroup group) => HasKey ? group.IdleWithKey : group.WithoutKey;
}
