using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A port on which nobody listens, kept from others; or, on Linux, one whose connections are never made.</summary>
internal sealed class UnansweredPort : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> queue = [];

    public UnansweredPort(IPAddress? address = null, int port = 0) => socket.Bind(new IPEndPoint(address ?? IPAddress.Loopback, port));

    public Uri Address => new($"http://{socket.LocalEndPoint}");

    /// <summary>Fills the queue of connections that nobody takes: Linux then drops the next ones, as a dead machine does.</summary>
    public UnansweredPort Hang()
    {
        socket.Listen(1);
        for (var connection = 0; connection < 8; connection++)
        {
            var waiting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            queue.Add(waiting);
            try
            {
                waiting.Connect(socket.LocalEndPoint!);
            }
            catch (SocketException)
            {
                // It is under way.
            }
        }

        return this;
    }

    public void Dispose()
    {
        queue.ForEach(static waiting => waiting.Dispose());
        socket.Dispose();
    }
}
