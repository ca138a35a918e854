using Microsoft.AspNetCore.Connections;

namespace Backchannel.Native.Bus.Connections;

/// <summary>A connection as <see cref="ConnectionGate"/> sees it, which alone may touch it.</summary>
internal sealed class ConnectionPlace
{
    private readonly ConnectionGate gate;
    private readonly LinkedListNode<ConnectionPlace> amongAll;
    private readonly LinkedListNode<ConnectionPlace> amongCrowd;

    public ConnectionPlace(ConnectionGate gate, ConnectionContext connection, ConnectionCrowd? crowd)
    {
        this.gate = gate;
        amongAll = new(this);
        amongCrowd = new(this);
        Connection = connection;
        Crowd = crowd;
    }

    public ConnectionContext Connection { get; }

    /// <summary>Those of the same address; null where it does not count.</summary>
    public ConnectionCrowd? Crowd { get; }

    /// <summary>A valid key has been seen on it.</summary>
    public bool IsKnown { get; set; }

    public bool IsGone { get; set; }

    /// <summary>When it went quiet; a timestamp.</summary>
    public long Since { get; set; }

    public void Recognize() => gate.Recognize(this);

    public void Rest() => gate.Rest(this);

    public void LinkInto(ConnectionCrowd everybody)
    {
        ListOf(everybody).AddLast(amongAll);
        if (Crowd is not null)
        {
            ListOf(Crowd).AddLast(amongCrowd);
        }
    }

    public void Unlink()
    {
        amongAll.List?.Remove(amongAll);
        amongCrowd.List?.Remove(amongCrowd);
    }

    private LinkedList<ConnectionPlace> ListOf(ConnectionCrowd crowd) => IsKnown ? crowd.Resting : crowd.Strangers;
}
