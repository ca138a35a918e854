using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>One keep-alive connection that sends prepared requests: as little work as possible on the measuring side.</summary>
internal sealed class RawHttpClient : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[256 * 1024];
    private int length;

    public async Task ConnectAsync(IPEndPoint bus) => await socket.ConnectAsync(bus);

    public static byte[] Request(string method, string path, string apiKey, string body, string? idempotencyKey = null)
    {
        var key = idempotencyKey is null ? "" : $"Idempotency-Key: {idempotencyKey}\r\n";
        return Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: bus\r\nX-API-Key: {apiKey}\r\n{key}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <returns>The status and the body, which holds until the next call.</returns>
    public async ValueTask<(int Status, ReadOnlyMemory<byte> Body)> SendAsync(ReadOnlyMemory<byte> request)
    {
        await socket.SendAsync(request);
        this.length = 0;
        int headEnd;
        while ((headEnd = buffer.AsSpan(0, this.length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await ReceiveAsync();
        }

        var contentLength = ContentLength(buffer.AsSpan(0, headEnd + 2));
        while (this.length < headEnd + 4 + contentLength)
        {
            await ReceiveAsync();
        }

        _ = Utf8Parser.TryParse(buffer.AsSpan("HTTP/1.1 ".Length, 3), out int status, out _);
        return (status, buffer.AsMemory(headEnd + 4, contentLength));
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask ReceiveAsync()
    {
        var read = await socket.ReceiveAsync(buffer.AsMemory(this.length));
        this.length += read > 0 ? read : throw new EndOfStreamException("the bus closed the connection");
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var name = "\r\ncontent-length: "u8;
        for (var at = 0; at < head.Length - name.Length; at++)
        {
            if (Ascii.EqualsIgnoreCase(head.Slice(at, name.Length), name)
                && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _))
            {
                return length;
            }
        }

        throw new InvalidDataException("an answer without Content-Length");
    }
}
