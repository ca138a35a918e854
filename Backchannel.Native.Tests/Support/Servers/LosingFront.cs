using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A proxy before a bus that drops the answers to requests of one kind: the bus has executed them, then the connection breaks.</summary>
internal sealed class LosingFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Uri target;
    private readonly Task accepting;
    private volatile string? lost;

    public LosingFront(Uri target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>From now on the answers to such requests are dropped.</summary>
    /// <param name="part">Part of the request, such as <c>/ack HTTP</c>; null: none.</param>
    public void Lose(string? part) => lost = part;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var losesAnswer = false;
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(target.Host, target.Port, stop.Token);
                await Task.WhenAny(ThereAsync(client.GetStream(), server.GetStream()), BackAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // One side closed the connection.
            }
        }

        async Task ThereAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, stop.Token) is > 0 and var length)
            {
                losesAnswer |= lost is { } part && Encoding.Latin1.GetString(buffer, 0, length).Contains(part, StringComparison.Ordinal);
                await to.WriteAsync(buffer.AsMemory(0, length), stop.Token);
            }
        }

        async Task BackAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, stop.Token) is > 0 and var length && !losesAnswer)
            {
                await to.WriteAsync(buffer.AsMemory(0, length), stop.Token);
            }
        }
    }
}
