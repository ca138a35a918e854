using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A raw HTTP server that records what came and answers as the test says, rightly or wrongly.</summary>
internal sealed class MisbehavingServer : IAsyncDisposable
{
    public const string IssuedKeyText = "bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private readonly Socket listener;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<RecordedRequest> requests = new();
    private readonly ConcurrentDictionary<string, int> effects = new();
    private readonly Channel<RecordedRequest> arrivals = Channel.CreateUnbounded<RecordedRequest>();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Func<RecordedRequest, Reply> respond;
    private readonly Task accepting;
    private int disposed;

    public MisbehavingServer(Func<RecordedRequest, Reply> respond)
        : this(new IPEndPoint(IPAddress.Loopback, 0), respond)
    {
    }

    /// <summary>On an address of the test's choice, a Unix socket for example.</summary>
    public MisbehavingServer(EndPoint address, Func<RecordedRequest, Reply> respond)
    {
        this.respond = respond;
        listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>Issues keys; other requests get the replies in order, the last one again and again.</summary>
    public MisbehavingServer(params Reply[] replies)
        : this(Script(replies))
    {
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}");

    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    /// <summary>Requests other than minting.</summary>
    public IReadOnlyList<RecordedRequest> Calls => [.. requests.Where(static request => request.Target != "/v1/keys")];

    /// <summary>How many writes took effect, as a bus counts: one per idempotency key.</summary>
    public int Effects => effects.Count;

    /// <summary>The next request other than minting, once it has arrived.</summary>
    public async Task<RecordedRequest> NextCallAsync()
    {
        while (true)
        {
            var request = await arrivals.Reader.ReadAsync(stop.Token).AsTask().Within();
            if (request.Target != "/v1/keys")
            {
                return request;
            }
        }
    }

    public static Reply IssueKey(string key = IssuedKeyText) =>
        Reply.Json(201, $$"""
            {"key": "{{key}}", "key_id": "{{key.Split('.')[0]}}", "expires_at": null, "agent_label": "a",
             "rate_limit": 120, "rate_limit_window_seconds": 60}
            """);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private static Func<RecordedRequest, Reply> Script(Reply[] replies)
    {
        var next = -1;
        return request => request.Target == "/v1/keys"
            ? IssueKey()
            : replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)];
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptAsync(stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        try
        {
            if (await ReadAsync(socket) is not { } request)
            {
                return;
            }

            requests.Enqueue(request);
            var reply = respond(request);
            if (reply.Commits && request.Method != "GET" && request.Target != "/v1/keys")
            {
                effects.AddOrUpdate(request.Header("Idempotency-Key") ?? Guid.NewGuid().ToString(), 1, static (_, count) => count + 1);
            }

            arrivals.Writer.TryWrite(request);
            await reply.SendAsync(socket, stop.Token);
            if (socket.Connected)
            {
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task<RecordedRequest?> ReadAsync(Socket socket)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        var end = -1;
        while (end < 0)
        {
            var read = await socket.ReceiveAsync(buffer, stop.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.AddRange(buffer.AsSpan(0, read));
            end = bytes.ToArray().AsSpan().IndexOf("\r\n\r\n"u8);
        }

        var lines = Encoding.Latin1.GetString([.. bytes.Take(end)]).Split("\r\n");
        var headers = lines.Skip(1)
            .Select(static line => line.Split(": ", 2))
            .ToDictionary(static parts => parts[0], static parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var text) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        while (bytes.Count < end + 4 + length)
        {
            var read = await socket.ReceiveAsync(buffer, stop.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.AddRange(buffer.AsSpan(0, read));
        }

        var first = lines[0].Split(' ');
        return new(first[0], first[1], headers, [.. bytes.Skip(end + 4).Take(length)]);
    }
}
