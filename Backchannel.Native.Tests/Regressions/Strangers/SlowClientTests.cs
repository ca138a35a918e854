using System.Net;
using System.Net.Sockets;
using System.Text;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Strangers;

/// <summary>Whoever is slow, or never done, is cut off; others are served meanwhile.</summary>
public sealed class SlowClientTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData("")]
    [InlineData("GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: ")]
    public async Task A_head_that_comes_byte_by_byte_is_cut_off(string beginning)
    {
        await using var bus = await TestBus.StartAsync(options => options with { HeadersTimeout = TimeSpan.FromSeconds(1) });
        using var slow = await ConnectAsync(bus);
        await slow.SendAsync(Encoding.ASCII.GetBytes(beginning));

        await TrickleAsync(bus, slow, "x");
    }

    [Fact]
    public async Task A_head_that_comes_byte_by_byte_is_cut_off_on_a_connection_with_a_key()
    {
        await using var bus = await TestBus.StartAsync(options => options with { HeadersTimeout = TimeSpan.FromSeconds(1) });
        var caller = await BusCaller.MintAsync(bus, "a");
        using var slow = await ConnectAsync(bus);
        await slow.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/keys/me HTTP/1.1\r\nHost: a\r\nX-API-Key: {caller.Key}\r\n\r\n"));
        await slow.ReceiveAsync(new byte[4096]);

        await TrickleAsync(bus, slow, "G");
    }

    [Fact]
    public async Task A_body_below_the_rate_is_refused_as_too_slow()
    {
        await using var bus = await TestBus.StartAsync(
            options => options with { MinDataRate = 1_000, DataRateGrace = TimeSpan.FromSeconds(1.1), TransferTimeout = Deadline.Time });
        var caller = await BusCaller.MintAsync(bus, "a");
        using var slow = await ConnectAsync(bus);
        await slow.SendAsync(Head(caller, "Content-Length: 100000"));

        var answer = await TrickleAsync(bus, slow, " ");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"request_timeout\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 1000000", " ")]
    [InlineData("Transfer-Encoding: chunked", "1\r\n \r\n")]
    public async Task A_body_that_never_ends_is_refused_after_the_time_for_a_body(string framing, string piece)
    {
        await using var bus = await TestBus.StartAsync(options => options with { MinDataRate = 1, TransferTimeout = TimeSpan.FromSeconds(1) });
        var caller = await BusCaller.MintAsync(bus, "a");
        using var slow = await ConnectAsync(bus);
        await slow.SendAsync(Head(caller, framing));

        var answer = await TrickleAsync(bus, slow, piece);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 1000000", " ")]
    [InlineData("Transfer-Encoding: chunked", "1\r\n \r\n")]
    public async Task A_file_that_comes_too_slowly_is_refused_and_leaves_nothing(string framing, string piece)
    {
        await using var bus = await TestBus.StartAsync(options => options with { MinDataRate = 1, TransferTimeout = TimeSpan.FromSeconds(1) });
        var caller = await BusCaller.MintAsync(bus, "a");
        using var slow = await ConnectAsync(bus);
        await slow.SendAsync(Head(caller, framing, "PUT /v1/files"));
        await slow.SendAsync(Encoding.ASCII.GetBytes(framing[0] == 'T' ? $"{300_000:x}\r\n{new string('x', 300_000)}\r\n" : new string('x', 300_000)));

        var answer = await TrickleAsync(bus, slow, piece);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Equal(0, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM file_parts)"));
    }

    [Theory]
    [InlineData(1, 1, 60)]
    [InlineData(60, 1_000_000, 1.1)]
    public async Task A_reader_that_takes_no_file_is_cut_off(int transferSeconds, int bytesPerSecond, double graceSeconds)
    {
        await using var bus = await TestBus.StartAsync(options => options with
        {
            TransferTimeout = TimeSpan.FromSeconds(transferSeconds),
            MinDataRate = bytesPerSecond,
            DataRateGrace = TimeSpan.FromSeconds(graceSeconds),
        });
        var caller = await BusCaller.MintAsync(bus, "a");
        var posted = await caller.PostWithFilesAsync(await caller.CreateAsync("lane"), await caller.UploadAsync(new byte[16_000_000]));
        var message = posted.Json.GetProperty("message");
        using var deaf = await ConnectAsync(bus);
        var request = Encoding.ASCII.GetBytes(
            $"GET /v1/messages/{message.GetProperty("id").GetString()}/files/{message.GetProperty("files")[0].GetProperty("sha256").GetString()} HTTP/1.1\r\nHost: a\r\nX-API-Key: {caller.Key}\r\n\r\n");

        using var steps = new PeriodicTimer(Step);
        while (await TrySendAsync(deaf, request))
        {
            await AssertServesOthersAsync(bus);
            await steps.WaitForNextTickAsync(Deadline.Token());
        }
    }

    [Fact]
    public async Task A_chunked_body_that_never_ends_is_refused_at_the_limit_of_bodies()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxRequestBytes = 100_000 });
        var caller = await BusCaller.MintAsync(bus, "a");
        using var endless = await ConnectAsync(bus);
        await endless.SendAsync(Head(caller, "Transfer-Encoding: chunked"));
        var piece = Encoding.ASCII.GetBytes($"2710\r\n{new string(' ', 10_000)}\r\n");
        var answer = ReadToEndAsync(endless);

        while (!answer.IsCompleted && await TrySendAsync(endless, piece))
        {
        }

        Assert.StartsWith("HTTP/1.1 413 ", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_a_key_has_little_room()
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxPublicRequestBytes = 1_000 });

        var answer = await new BusCaller(bus, "", "").SendAsync("POST", "/v1/keys", $$"""{"agent_label":"{{new string('x', 2_000)}}"}""");

        Assert.Equal((413, "request_too_large"), (answer.Status, answer.Text("error")));
    }

    [Theory]
    [InlineData(1, 1, 60)]
    [InlineData(60, 1_000_000, 1.1)]
    public async Task A_reader_that_takes_no_answers_is_cut_off(int transferSeconds, int bytesPerSecond, double graceSeconds)
    {
        await using var bus = await TestBus.StartAsync(options => options with
        {
            TransferTimeout = TimeSpan.FromSeconds(transferSeconds),
            MinDataRate = bytesPerSecond,
            DataRateGrace = TimeSpan.FromSeconds(graceSeconds),
        });
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        for (var i = 0; i < 50; i++)
        {
            await caller.PostAsync(channel, new string('x', 9_900));
        }

        using var deaf = await ConnectAsync(bus);
        var request = Encoding.ASCII.GetBytes($"GET /v1/channels/{channel}/messages?limit=100 HTTP/1.1\r\nHost: a\r\nX-API-Key: {caller.Key}\r\n\r\n");
        for (var i = 0; i < 100; i++)
        {
            await deaf.SendAsync(request);
        }

        using var steps = new PeriodicTimer(Step);
        while (await TrySendAsync(deaf, request))
        {
            await AssertServesOthersAsync(bus);
            await steps.WaitForNextTickAsync(Deadline.Token());
        }
    }

    /// <summary>Sends a piece now and then until the bus cuts it off, which it has to do within the deadline; others are served all the while.</summary>
    /// <returns>What the bus said.</returns>
    private static async Task<string> TrickleAsync(TestBus bus, Socket slow, string piece)
    {
        var answer = ReadToEndAsync(slow);
        using var steps = new PeriodicTimer(Step);
        var deadline = Deadline.Token();
        while (!answer.IsCompleted && await TrySendAsync(slow, Encoding.ASCII.GetBytes(piece)))
        {
            await AssertServesOthersAsync(bus);
            await steps.WaitForNextTickAsync(deadline);
        }

        return await answer;
    }

    private static async Task AssertServesOthersAsync(TestBus bus) =>
        Assert.Equal(200, (await new BusCaller(bus, "", "").SendAsync("GET", "/health")).Status);

    private static async Task<Socket> ConnectAsync(TestBus bus)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(bus.BaseUrl).Port);
        return socket;
    }

    private static byte[] Head(BusCaller caller, string framing, string request = "POST /v1/actors") =>
        Encoding.ASCII.GetBytes($"{request} HTTP/1.1\r\nHost: a\r\nX-API-Key: {caller.Key}\r\n{framing}\r\n\r\n");

    private static async Task<bool> TrySendAsync(Socket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAsync(bytes, Deadline.Token());
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, Deadline.Token())) > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Reset: it closed while more was on its way.
        }

        return text.ToString();
    }
}
