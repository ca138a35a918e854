using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>What the misbehaving server does with one request.</summary>
/// <param name="Commits">Whether the request takes effect.</param>
/// <param name="SendAsync">Answers, or does not; the connection is closed afterwards.</param>
internal sealed record Reply(bool Commits, Func<Socket, CancellationToken, Task> SendAsync)
{
    /// <summary>Answers nothing until the server or the client goes away.</summary>
    public static Reply Silence { get; } = new(true, static (_, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation));

    /// <summary>Half a status line, then silence.</summary>
    public static Reply SlowHeaders { get; } = new(true, static async (socket, cancellation) =>
    {
        await socket.SendAsync("HTTP/1.1 200 O"u8.ToArray(), cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
    });

    public static Reply ResetBeforeCommit { get; } = new(false, Reset);

    public static Reply ResetAfterCommit { get; } = new(true, Reset);

    /// <summary>A body without end.</summary>
    public static Reply Endless { get; } = new(true, static async (socket, cancellation) =>
    {
        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8.ToArray(), cancellation);
        var chunk = new byte[64 * 1024];
        chunk.AsSpan().Fill((byte)' ');
        while (true)
        {
            await socket.SendAsync(chunk, cancellation);
        }
    });

    /// <summary>A whole answer.</summary>
    public static Reply Json(int status, string body, params string[] headers) =>
        Answer(status, "application/json; charset=utf-8", body, headers);

    /// <summary>An error as a bus gives it.</summary>
    public static Reply Error(int status, string code, params string[] headers) =>
        Json(status, $$"""{"error": "{{code}}", "message": "about {{code}}", "request_id": "r-1"}""", headers);

    public static Reply Answer(int status, string contentType, string body, params string[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return new(status < 300, Raw(status, contentType, bytes.Length, bytes, headers));
    }

    /// <summary>A whole answer, packed with gzip.</summary>
    public static Reply Compressed(string body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(body));
        }

        var bytes = packed.ToArray();
        return new(true, Raw(200, "application/json", bytes.Length, bytes, ["Content-Encoding: gzip"]));
    }

    /// <summary>An answer that promises more bytes than come.</summary>
    public static Reply BrokenOff(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return new(true, Raw(200, "application/json", bytes.Length + 100, bytes, []));
    }

    /// <summary>Bytes as they are, in place of HTTP.</summary>
    public static Reply Bytes(string text) =>
        new(true, (socket, cancellation) => socket.SendAsync(Encoding.UTF8.GetBytes(text), cancellation).AsTask());

    private static Func<Socket, CancellationToken, Task> Raw(
        int status, string contentType, int announced, byte[] body, string[] headers)
    {
        var head = $"HTTP/1.1 {status} Status\r\nContent-Type: {contentType}\r\nContent-Length: {announced}\r\nConnection: close\r\n"
            + string.Concat(headers.Select(static header => header + "\r\n")) + "\r\n";
        byte[] bytes = [.. Encoding.UTF8.GetBytes(head), .. body];
        return (socket, cancellation) => socket.SendAsync(bytes, cancellation).AsTask();
    }

    private static Task Reset(Socket socket, CancellationToken cancellationToken)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return Task.CompletedTask;
    }
}
