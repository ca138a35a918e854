using System.Net;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Storage.Engine;
using Microsoft.AspNetCore.Connections;

namespace Backchannel.Native.Bus.Connections;

/// <summary>Decides who may be connected, so that those who only hold connections cannot keep those out who use them.</summary>
/// <remarks>
/// Where there is no room left, the connection goes that is missed least: the one without a valid key that has been quiet longest, else the
/// one with a key between two requests that has been quiet longest. A newcomer is turned away only when all others have a request in hand.
/// The same holds within one source address, which may take a part of the room only. Connections without a valid key that bring no request
/// are closed after a while in any case. Who comes over a Unix socket or from a trusted proxy counts as known from the start, and for no address.
/// </remarks>
/// <param name="most">Connections at once.</param>
/// <param name="mostPerAddress">Connections at once from an IPv4 address or an IPv6 network of 64 bits.</param>
/// <param name="patience">How long a connection without a valid key may stay without a request.</param>
internal sealed class ConnectionGate(
    int most, int mostPerAddress, TimeSpan patience, IReadOnlyList<IPNetwork> trustedProxies, TimeProvider timeProvider) : IMaintenancePass
{
    private readonly Lock gate = new();
    private readonly ConnectionCrowd everybody = new(most);
    private readonly Dictionary<string, ConnectionCrowd> addresses = [];

    public string Name => "silent_connections";

    /// <returns>The place of a connection, to be given back with <see cref="Leave"/>; null when there is none.</returns>
    public ConnectionPlace? Enter(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var isKnown = address is null || CallerAddress.IsTrusted(address, trustedProxies);
        ConnectionPlace? loser = null;
        ConnectionPlace place;
        lock (gate)
        {
            var crowd = isKnown ? null : CrowdOf(AddressSubject.Of(address));
            if ((crowd is { IsFull: true } ? crowd : everybody) is { IsFull: true } full)
            {
                if (full.LeastMissed is not { } least)
                {
                    return null;
                }

                loser = least;
                Remove(loser);
            }

            place = new ConnectionPlace(this, connection, crowd) { IsKnown = isKnown };
            everybody.Count++;
            if (crowd is not null)
            {
                crowd.Count++;
            }

            Wait(place);
        }

        loser?.Connection.Abort();
        return place;
    }

    public void Leave(ConnectionPlace place)
    {
        lock (gate)
        {
            Remove(place);
        }
    }

    /// <summary>A request with a valid key is in hand.</summary>
    public void Recognize(ConnectionPlace place)
    {
        lock (gate)
        {
            place.IsKnown = true;
            place.Unlink();
        }
    }

    /// <summary>No request is in hand any more.</summary>
    public void Rest(ConnectionPlace place)
    {
        lock (gate)
        {
            if (!place.IsGone)
            {
                place.Unlink();
                Wait(place);
            }
        }
    }

    /// <summary>Closes the connections that have brought neither a request nor a valid key for too long.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var silent = new List<ConnectionPlace>();
        lock (gate)
        {
            while (everybody.Strangers.First?.Value is { } oldest && timeProvider.GetElapsedTime(oldest.Since) >= patience)
            {
                Remove(oldest);
                silent.Add(oldest);
            }
        }

        foreach (var place in silent)
        {
            place.Connection.Abort();
        }

        return Task.CompletedTask;
    }

    private ConnectionCrowd CrowdOf(string address)
    {
        if (!addresses.TryGetValue(address, out var crowd))
        {
            addresses.Add(address, crowd = new ConnectionCrowd(mostPerAddress) { Address = address });
        }

        return crowd;
    }

    private void Wait(ConnectionPlace place)
    {
        place.Since = timeProvider.GetTimestamp();
        place.LinkInto(everybody);
    }

    private void Remove(ConnectionPlace place)
    {
        if (place.IsGone)
        {
            return;
        }

        place.IsGone = true;
        place.Unlink();
        everybody.Count--;
        if (place.Crowd is { } crowd && --crowd.Count == 0)
        {
            addresses.Remove(crowd.Address);
        }
    }
}
