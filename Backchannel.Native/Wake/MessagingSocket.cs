using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Files;

namespace Backchannel.Native.Wake;

/// <summary>The socket on which a session of Claude Code or Qwen Code takes messages of its own children.</summary>
/// <param name="token">A secret: whoever has it can write into the session.</param>
/// <param name="findSession">The id that the session has now.</param>
internal sealed class MessagingSocket(string path, string token, Func<string?> findSession, TimeProvider time) : IWakeWay
{
    public const string WayName = "messaging socket";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>The host does not answer; it closes the connection once it has read the lines.</summary>
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    public string Name => WayName;

    public bool MayBeLate => false;

    public async Task<WakeFault?> SendAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var hasBegun = false;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
            if (!LocalBusFolder.IsOfUser(socket, FileStatus.OwnUserId))
            {
                return new("another user of this machine listens there", MayHaveArrived: false);
            }

            ReadOnlyMemory<byte> lines = Lines(text);
            while (!lines.IsEmpty)
            {
                lines = lines[await socket.SendAsync(lines, SocketFlags.None, either.Token)..];
                hasBegun = true;
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException)
        {
            return new(fault.Message, hasBegun);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new($"not sent within {Limit.TotalSeconds:0} s", hasBegun);
        }

        await WaitForEndAsync(socket, either.Token);
        return null;
    }

    private async Task WaitForEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var reading = new CancellationTokenSource(Reading, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(reading.Token, cancellationToken);
        var ignored = new byte[256];
        try
        {
            while (await socket.ReceiveAsync(ignored, SocketFlags.None, either.Token) > 0)
            {
                // Nothing that is said here is for us.
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // It was sent all the same.
        }
    }

    private byte[] Lines(string text)
    {
        var lines = new ArrayBufferWriter<byte>();
        Add(json =>
        {
            json.WriteString("type", "auth");
            json.WriteString("token", token);
        });
        Add(json =>
        {
            json.WriteString("msgId", Guid.NewGuid().ToString());
            json.WriteString("type", "user");
            json.WriteString("fromName", "backchannel");
            json.WriteString("fromMode", "prompting");
            json.WriteString("toSessionId", findSession());
            json.WriteString("priority", "next");
            json.WriteStartObject("message");
            json.WriteString("role", "user");
            json.WriteString("content", text);
            json.WriteEndObject();
        });
        return lines.WrittenSpan.ToArray();

        void Add(Action<Utf8JsonWriter> members)
        {
            using (var json = new Utf8JsonWriter(lines))
            {
                json.WriteStartObject();
                json.WriteNumber("msgV", 1);
                members(json);
                json.WriteEndObject();
            }

            lines.Write("\n"u8);
        }
    }
}
