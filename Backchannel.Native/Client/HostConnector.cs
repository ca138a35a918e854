using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Client;

/// <summary>Connects to a host by whichever of its IP addresses answers.</summary>
/// <param name="isOneOfSeveral">Whether the bus has other addresses to go to, so that a host that does not answer is soon left.</param>
/// <param name="lookUp">Finds the IP addresses of a name; null: the system does.</param>
internal sealed class HostConnector(bool isOneOfSeveral, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? lookUp = null)
{
    /// <summary>For one of several: a first packet that was lost is sent again after 1 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> lookUp = lookUp ?? Dns.GetHostAddressesAsync;
    private readonly ConcurrentDictionary<IPAddress, bool> silent = new();

    /// <exception cref="SocketException">The host has no IP address, or none of them accepts a connection; it is the last one's.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host.Host, out var literal) ? [literal] : await lookUp(host.Host, cancellationToken);
        var patience = isOneOfSeveral || addresses.Length > 1 ? Patience : Timeout.InfiniteTimeSpan;
        var fault = new SocketException((int)SocketError.HostNotFound);

        // Those that did not answer last time come last: with many of them an attempt would end before the one that works.
        foreach (var address in addresses.OrderBy(silent.ContainsKey))
        {
            try
            {
                var connection = await ConnectAsync(new IPEndPoint(address, host.Port), patience, cancellationToken);
                silent.TryRemove(address, out _);
                return connection;
            }
            catch (SocketException exception)
            {
                silent[address] = true;
                fault = exception;
            }
        }

        throw fault;
    }

    private async Task<Stream> ConnectAsync(IPEndPoint address, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
