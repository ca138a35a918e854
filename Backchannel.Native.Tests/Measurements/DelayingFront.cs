using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Forwards connections to a port of this machine, and delays all that goes through, each way, without making it narrower.</summary>
internal sealed class DelayingFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TimeSpan delay;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    public DelayingFront(int target, TimeSpan delay)
    {
        this.delay = delay;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync(target);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task AcceptAsync(int target)
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(stopping.Token);
            var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(IPAddress.Loopback, target, stopping.Token);
            client.NoDelay = true;
            _ = ForwardAsync(client, server);
            _ = ForwardAsync(server, client);
        }
    }

    private async Task ForwardAsync(TcpClient from, TcpClient to)
    {
        var parts = Channel.CreateUnbounded<(byte[] Content, long Due)>();
        var sending = SendAsync(parts.Reader, to);
        var buffer = new byte[65536];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, stopping.Token) is > 0 and var length)
            {
                var due = TimeProvider.System.GetTimestamp() + (long)(delay.TotalSeconds * TimeProvider.System.TimestampFrequency);
                parts.Writer.TryWrite((buffer[..length], due));
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two has closed it.
        }

        parts.Writer.Complete();
        await sending;
        to.Dispose();
    }

    private static async Task SendAsync(ChannelReader<(byte[] Content, long Due)> parts, TcpClient to)
    {
        try
        {
            await foreach (var (content, due) in parts.ReadAllAsync())
            {
                // A timer is too coarse for a millisecond.
                while (TimeProvider.System.GetTimestamp() < due)
                {
                    Thread.Sleep(0);
                    await Task.Yield();
                }

                await to.GetStream().WriteAsync(content);
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException)
        {
            // It is closed.
        }
    }
}
