using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A port of 127.0.0.1 for a server that has to keep it, also while it is down.</summary>
internal static class FreePort
{
    /// <summary>A free port outside the range of outgoing connections: one of them could take the port while the server is down.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 30_000);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // In use: try another one.
            }
        }
    }
}
