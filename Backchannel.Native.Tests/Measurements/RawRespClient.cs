using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>One connection to Redis that sends prepared commands: the twin of <see cref="RawHttpClient"/>, so that both servers meet the same client.</summary>
internal sealed class RawRespClient : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[64 * 1024];
    private int length;

    public async Task ConnectAsync(IPEndPoint server) => await socket.ConnectAsync(server);

    /// <summary>A command in the form that Redis reads: a list of strings, each with its length.</summary>
    public static byte[] Command(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            text.Append(null, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Sends a command that is answered with one string, and reads the whole answer.</summary>
    /// <exception cref="InvalidDataException">The answer is an error or something else than a string.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> command)
    {
        await socket.SendAsync(command);
        this.length = 0;
        int lineEnd;
        while ((lineEnd = buffer.AsSpan(0, this.length).IndexOf("\r\n"u8)) < 0)
        {
            await ReceiveAsync();
        }

        if (buffer[0] == (byte)'+')
        {
            return;
        }

        if (buffer[0] != (byte)'$' || !Utf8Parser.TryParse(buffer.AsSpan(1, lineEnd - 1), out int length, out _))
        {
            throw new InvalidDataException($"Redis answered: {Encoding.UTF8.GetString(buffer.AsSpan(0, lineEnd))}");
        }

        while (this.length < lineEnd + 2 + length + 2)
        {
            await ReceiveAsync();
        }
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask ReceiveAsync()
    {
        var read = await socket.ReceiveAsync(buffer.AsMemory(this.length));
        this.length += read > 0 ? read : throw new EndOfStreamException("Redis closed the connection");
    }
}
