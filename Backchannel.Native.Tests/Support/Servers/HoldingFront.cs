using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A proxy before a bus that holds the first request of one kind until the test releases it.</summary>
internal sealed class HoldingFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri target;
    private readonly byte[] held;
    private readonly Task accepting;

    /// <param name="held">Part of the request line of what is held, such as <c>/ack HTTP</c>.</param>
    public HoldingFront(Uri target, string held)
    {
        this.target = target;
        this.held = System.Text.Encoding.ASCII.GetBytes(held);
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Completes when the request has arrived here.</summary>
    public Task Arrived => arrived.Task.Within();

    public void Release() => released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
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
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(target.Host, target.Port, stop.Token);
                await Task.WhenAny(PassAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream(), stop.Token));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // One side closed the connection.
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and var length)
        {
            if (buffer.AsSpan(0, length).IndexOf(held) >= 0)
            {
                arrived.TrySetResult();
                await released.Task;
            }

            await to.WriteAsync(buffer.AsMemory(0, length), stop.Token);
        }
    }
}
