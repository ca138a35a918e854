using System.Net;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Storage.Engine;
using Microsoft.AspNetCore.Connections;

namespace Backchannel.Native.Bus.Connections;

/// <summary>Decides which connections are open, so that clients that only hold connections cannot keep out those that use them.</summary>
/// <remarks>
/// When the bus is full, a new connection closes the one idle longest, those without a valid key first, and among these one of the address
/// with the most connections. It is refused only when all others have a key and a request in hand. The same holds for the connections of one address, which have a lower limit. A connection without a
/// valid key that sends no request is closed after a while in any case. A connection over a Unix socket or from a trusted proxy needs no
/// key for this, and no limit per address applies to it.
/// </remarks>
/// <param name="limit">Connections at once.</param>
/// <param name="limitPerAddress">Connections at once from an IPv4 address or an IPv6 network of 64 bits.</param>
/// <param name="patience">How long a connection without a valid key may stay without a request.</param>
internal sealed class ConnectionGate(
    int limit, int limitPerAddress, TimeSpan patience, IReadOnlyList<IPNetwork> trustedProxies, TimeProvider timeProvider) : IMaintenancePass
{
    private readonly Lock gate = new();
    private readonly ConnectionGroup all = new(limit);
    private readonly Dictionary<string, ConnectionGroup> addresses = [];

    public string Name => "silent_connections";

    /// <returns>The connection, to be given to <see cref="Leave"/> when it ends; null when it is refused.</returns>
    public TrackedConnection? Enter(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var isTrusted = address is null || CallerAddress.IsTrusted(address, trustedProxies);
        var subject = isTrusted ? null : AddressSubject.Of(address);
        TrackedConnection? closed = null;
        TrackedConnection entered;
        lock (gate)
        {
            if (FullGroup(subject) is { } full)
            {
                if (full.NextToClose is not { } next)
                {
                    return null;
                }

                closed = next;
                Remove(closed);
            }

            // Looked up only now: the removal forgets the group of an address when its last connection goes.
            var addressGroup = subject is null ? null : GroupOf(subject);
            entered = new TrackedConnection(this, connection, addressGroup) { HasKey = isTrusted };
            all.Count++;
            if (addressGroup is not null)
            {
                addressGroup.Count++;
            }

            AddToIdle(entered);
        }

        closed?.Connection.Abort();
        return entered;
    }

    public void Leave(TrackedConnection connection)
    {
        lock (gate)
        {
            Remove(connection);
        }
    }

    /// <summary>A request with a valid key is in hand: the connection is not closed for another one.</summary>
    public void RequestWithKeyBegins(TrackedConnection connection)
    {
        lock (gate)
        {
            connection.HasKey = true;
            connection.RemoveFromIdle();
        }
    }

    /// <summary>No request is in hand any more.</summary>
    public void RequestEnds(TrackedConnection connection)
    {
        lock (gate)
        {
            if (!connection.IsClosed)
            {
                connection.RemoveFromIdle();
                AddToIdle(connection);
            }
        }
    }

    /// <summary>Closes the connections that have brought neither a request nor a valid key for too long.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var silent = new List<TrackedConnection>();
        lock (gate)
        {
            while (all.WithoutKey.First?.Value is { } oldest && timeProvider.GetElapsedTime(oldest.IdleSince) >= patience)
            {
                Remove(oldest);
                silent.Add(oldest);
            }
        }

        foreach (var connection in silent)
        {
            connection.Connection.Abort();
        }

        return Task.CompletedTask;
    }

    /// <summary>The group that has no room for one more connection of an address; null when there is room.</summary>
    private ConnectionGroup? FullGroup(string? address)
    {
        if (address is not null && addresses.TryGetValue(address, out var group) && group.IsFull)
        {
            return group;
        }

        return all.IsFull ? all : null;
    }

    private ConnectionGroup GroupOf(string address)
    {
        if (!addresses.TryGetValue(address, out var group))
        {
            addresses.Add(address, group = new ConnectionGroup(limitPerAddress) { Address = address });
        }

        return group;
    }

    private void AddToIdle(TrackedConnection connection)
    {
        connection.IdleSince = timeProvider.GetTimestamp();
        connection.AddToIdle(all);
    }

    private void Remove(TrackedConnection connection)
    {
        if (connection.IsClosed)
        {
            return;
        }

        connection.IsClosed = true;
        connection.RemoveFromIdle();
        all.Count--;
        if (connection.AddressGroup is { } group && --group.Count == 0)
        {
            addresses.Remove(group.Address);
        }
    }
}
