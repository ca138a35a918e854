using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>A connection that sends any bytes and reads answers strictly.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    private static readonly byte[] GoAway = [0, 0, 8, 7];

    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    /// <summary>Bytes of a further answer have arrived.</summary>
    public bool HasMore => end > start;

    /// <param name="from">A loopback address to come from.</param>
    public static async Task<RawConnection> ConnectAsync(EndPoint bus, CancellationToken cancellationToken, IPAddress? from = null)
    {
        var socket = new Socket(bus.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (from is not null)
            {
                socket.Bind(new IPEndPoint(from, 0));
            }

            await socket.ConnectAsync(bus, cancellationToken);
            return new RawConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    public Task SendAsync(string text, CancellationToken cancellationToken) => SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Says that nothing more will be sent.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <returns>Null at the end of the connection.</returns>
    /// <exception cref="FormatException">What came is no HTTP answer.</exception>
    public async Task<RawAnswer?> ReadAsync(bool isHead, CancellationToken cancellationToken)
    {
        while (true)
        {
            int headEnd;
            while ((headEnd = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8)) < 0)
            {
                if (!await FillAsync(cancellationToken))
                {
                    // An HTTP/2 preface is turned away in the words of HTTP/2.
                    return HasMore && !buffer.AsSpan(start).StartsWith(GoAway) ? throw new CutAnswerException($"the connection ended within a head: {Shown(end - start)}") : null;
                }
            }

            var (status, headers) = ParseHead(Encoding.Latin1.GetString(buffer, start, headEnd));
            var bodyAt = headEnd + 4;
            if (status is 100)
            {
                start += bodyAt;
                continue;
            }

            var ends = headers.TryGetValue("Connection", out var connection) && connection.Contains("close", StringComparison.OrdinalIgnoreCase);
            if (isHead || status is 204 or 304)
            {
                start += bodyAt;
                return new RawAnswer(status, headers, ReadOnlyMemory<byte>.Empty, ends);
            }

            // Every answer of this bus says how long it is.
            if (!headers.TryGetValue("Content-Length", out var text) || !int.TryParse(text, out var length) || length < 0)
            {
                throw new FormatException($"an answer {status} without a length");
            }

            // Nothing is taken out before all of it is there: whoever gives up waiting can go on later.
            while (end - start - bodyAt < length)
            {
                if (!await FillAsync(cancellationToken))
                {
                    throw new CutAnswerException($"the connection ended within a body of {length} bytes");
                }
            }

            var body = buffer.AsSpan(start + bodyAt, length).ToArray();
            start += bodyAt + length;
            return new RawAnswer(status, headers, body, ends);
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        try
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(end), cancellationToken);
            end += read;
            return read > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private (int Status, Dictionary<string, string> Headers) ParseHead(string head)
    {
        var lines = head.Split("\r\n");
        if (!lines[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || lines[0].Length < 12
            || !int.TryParse(lines[0].AsSpan(9, 3), out var status) || (lines[0].Length > 12 && lines[0][12] != ' '))
        {
            throw new FormatException($"no status line: {Shown(head.Length)}");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAnyExceptInRange('!', '~') || line.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new FormatException($"a header that is none: {Printable.Of(Encoding.Latin1.GetBytes(line))}");
            }

            var name = line[..colon];
            if (!headers.TryAdd(name, line[(colon + 1)..].Trim()) && !name.Equals("Link", StringComparison.OrdinalIgnoreCase))
            {
                throw new FormatException($"the header {name} twice");
            }
        }

        return (status, headers);
    }

    private string Shown(int length) => Printable.Of(buffer.AsSpan(start, Math.Min(length, 200)));
}
