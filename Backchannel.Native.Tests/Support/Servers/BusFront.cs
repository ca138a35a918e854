using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A proxy before a bus; what it does to the bytes is its subclass's.</summary>
internal abstract class BusFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Uri target;
    private readonly Task accepting;

    protected BusFront(Uri target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    protected CancellationToken Stopping => stop.Token;

    public virtual async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        await stop.CancelAsync();
        await accepting;
        listener.Stop();
        stop.Dispose();
    }

    /// <summary>Carries the bytes of one connection until a side ends it.</summary>
    protected abstract Task CarryAsync(NetworkStream client, NetworkStream bus);

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
        using (client)
        using (var bus = new TcpClient())
        {
            try
            {
                await bus.ConnectAsync(target.Host, target.Port, stop.Token);
                await CarryAsync(client.GetStream(), bus.GetStream());
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // One side closed the connection.
            }
        }
    }
}
