using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Postgres;

/// <summary>The way from a bus to its database server. A test can cut it, stall it, and lose single messages of a writer on it.</summary>
/// <remarks>It reads what clients send message by message, as PostgreSQL's protocol 3 has it.</remarks>
internal sealed class DatabaseFront : IAsyncDisposable
{
    private const string TakesTurn = "SELECT last, process FROM writer FOR UPDATE";
    private const string EndsTurn = "WITH turn AS (UPDATE writer SET last = ";

    /// <summary>The server is ready for the next query, outside of a transaction.</summary>
    private static readonly byte[] Ready = [(byte)'Z', 0, 0, 0, 5, (byte)'I'];

    private volatile PostgresServer server;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Link, bool> links = [];
    private readonly Task accepting;
    private volatile TaskCompletionSource open = Completed();
    private volatile TaskCompletionSource hit = Completed();
    private volatile bool isCut;
    private bool cutsAfterwards;
    private int loss;

    public DatabaseFront(PostgresServer server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Completes when the loss that was ordered last has happened: for a lost answer, when the server has given it.</summary>
    public Task Hit => hit.Task;

    /// <summary>Without the password.</summary>
    public string AddressOf(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://{PostgresServer.Administrator}@127.0.0.1:{Port}/{database}?sslmode=disable");

    /// <summary>The next writer that comes this way loses this.</summary>
    /// <param name="cuts">Whether the way is cut in the same moment.</param>
    public void Lose(DatabaseLoss what, bool cuts = false)
    {
        hit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cutsAfterwards = cuts;
        Volatile.Write(ref loss, (int)what);
    }

    /// <summary>From now on connections go to another server.</summary>
    public void MoveTo(PostgresServer other) => server = other;

    /// <summary>Nothing arrives any more, and no connection ends.</summary>
    public void Stall() => open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All connections end, and no other one comes about.</summary>
    public void Cut()
    {
        isCut = true;
        foreach (var link in links.Keys)
        {
            link.Dispose();
        }
    }

    /// <summary>Ends what <see cref="Stall"/> or <see cref="Cut"/> began.</summary>
    public void Open()
    {
        isCut = false;
        open.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Cut();
        await accepting;
        listener.Stop();
        stop.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (true)
            {
                carrying.Add(CarryAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var link = new Link(client);
        links[link] = true;
        try
        {
            if (!isCut)
            {
                await open.Task.WaitAsync(stop.Token);
                await link.Server.ConnectAsync(IPAddress.Loopback, server.Port, stop.Token);
                await await Task.WhenAny(ThereAsync(link), BackAsync(link));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException or NotSupportedException)
        {
            // A side ended the connection, or the test did. A buffered stream then says that it does not support reading.
        }

        links.TryRemove(link, out _);
    }

    private async Task ThereAsync(Link link)
    {
        await using var from = new BufferedStream(link.Client.GetStream(), 1 << 16);
        await using var to = new BufferedStream(link.Server.GetStream(), 1 << 16);
        var texts = new Dictionary<string, string>();
        var isFirst = true;
        var (asksForTurn, hasTurn) = (false, false);
        while (await ReadAsync(from, isFirst) is { } message)
        {
            var kind = isFirst ? '\0' : (char)message[0];
            isFirst = false;
            var sql = SqlOf(kind, message, texts);
            if (hasTurn && Take(DatabaseLoss.HangsAtBegin))
            {
                await HangAsync(link);
            }

            // The lock is there once the batch that asks for it has been sent.
            hasTurn = kind == 'S' && asksForTurn;
            asksForTurn = kind != 'S' && (asksForTurn || sql == TakesTurn);
            if (sql?.StartsWith(EndsTurn, StringComparison.Ordinal) == true)
            {
                if (Take(DatabaseLoss.Commit))
                {
                    Happen();
                    return;
                }

                if (Take(DatabaseLoss.HangsInCommit))
                {
                    await to.FlushAsync(stop.Token);
                    await HangAsync(link);
                }

                link.LosesAnswer |= Take(DatabaseLoss.Answer);
            }

            await open.Task.WaitAsync(stop.Token);
            await to.WriteAsync(message, stop.Token);
            if (kind is not ('P' or 'B' or 'D' or 'E' or 'C'))
            {
                await to.FlushAsync(stop.Token);
            }
        }
    }

    private async Task BackAsync(Link link)
    {
        var (from, to) = (link.Server.GetStream(), link.Client.GetStream());
        var buffer = new byte[1 << 16];
        var tail = Array.Empty<byte>();
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and var length)
        {
            if (link.LosesAnswer)
            {
                tail = [.. tail, .. buffer.AsSpan(0, length)];
                if (tail.AsSpan().EndsWith(Ready))
                {
                    Happen();
                    return;
                }

                continue;
            }

            await open.Task.WaitAsync(stop.Token);
            await link.Going.Task.WaitAsync(stop.Token);
            await to.WriteAsync(buffer.AsMemory(0, length), stop.Token);
        }

        // What the server ends is not heard of behind a connection that hangs.
        await link.Going.Task.WaitAsync(stop.Token);
    }

    private async Task HangAsync(Link link)
    {
        link.Going = new TaskCompletionSource();
        Happen();
        await link.Going.Task.WaitAsync(stop.Token);
    }

    private bool Take(DatabaseLoss what) => Interlocked.CompareExchange(ref loss, (int)DatabaseLoss.None, (int)what) == (int)what;

    private void Happen()
    {
        if (cutsAfterwards)
        {
            Cut();
        }

        hit.TrySetResult();
    }

    /// <returns>The text that a message prepares or runs; null: it does neither.</returns>
    private static string? SqlOf(char kind, byte[] message, Dictionary<string, string> texts)
    {
        switch (kind)
        {
            case 'P':
                var name = TextAt(message, 5);
                return texts[name] = TextAt(message, 5 + name.Length + 1);
            case 'B':
                var portal = TextAt(message, 5);
                return texts.GetValueOrDefault(TextAt(message, 5 + portal.Length + 1));
            default:
                return null;
        }
    }

    private static string TextAt(byte[] message, int start) => Encoding.Latin1.GetString(message, start, Array.IndexOf(message, (byte)0, start) - start);

    /// <param name="isFirst">The first message has no letter.</param>
    private async Task<byte[]?> ReadAsync(Stream from, bool isFirst)
    {
        var letter = isFirst ? 0 : 1;
        var head = new byte[letter + 4];
        if (await from.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, stop.Token) < head.Length)
        {
            return null;
        }

        var message = new byte[letter + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(letter))];
        head.CopyTo(message, 0);
        await from.ReadExactlyAsync(message.AsMemory(head.Length), stop.Token);
        return message;
    }

    /// <summary>A client's connection, and the one to the server that belongs to it.</summary>
    private sealed class Link : IDisposable
    {
        private volatile TaskCompletionSource going = Completed();

        public Link(TcpClient client)
        {
            Client = client;
            Client.NoDelay = Server.NoDelay = true;
        }

        public TcpClient Client { get; }

        public TcpClient Server { get; } = new();

        public bool LosesAnswer { get; set; }

        /// <summary>Not complete: nothing of it arrives.</summary>
        public TaskCompletionSource Going
        {
            get => going;
            set => going = value;
        }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
