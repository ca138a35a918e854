using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Takes whatever webhooks send, answers 200, and reads no more than it must.</summary>
internal sealed class WebhookSink : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public WebhookSink()
    {
        listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    // An event of the bench arrives in one or two packets; the connection is closed behind each.
    private static async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var buffer = new byte[16 * 1024];
            try
            {
                await stream.ReadAtLeastAsync(buffer, 1);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                client.Client.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
                // The bus went away.
            }
        }
    }
}
