using System.ComponentModel;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Tools;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Backchannel.Native.Tests.Client;

/// <summary>Whatever the platform throws while a request is under way, a model reads what happened, and "Internal error." means a bug.</summary>
public sealed class TransportFaultsTests
{
    private static readonly Dictionary<string, Func<Exception>> Faults = new()
    {
        ["not connected"] = static () => new SocketException((int)SocketError.NotConnected),
        ["too many files"] = static () => new SocketException((int)SocketError.TooManyOpenSockets),
        ["bad file descriptor"] = static () => new Win32Exception(9),
        ["HTTP"] = static () => new HttpRequestException("wrapped", new SocketException((int)SocketError.ConnectionReset)),
        ["HTTP IO"] = static () => new HttpIOException(HttpRequestError.ResponseEnded),
        ["IO"] = static () => new IOException("broken pipe"),
        ["end of stream"] = static () => new EndOfStreamException(),
        ["compression"] = static () => new InvalidDataException("not gzip"),
        ["handshake"] = static () => new AuthenticationException("no common cipher"),
        ["wrapped handshake"] = static () => new HttpRequestException(HttpRequestError.SecureConnectionError, "TLS", new AuthenticationException("no")),
        ["key material"] = static () => new CryptographicException("bad key"),
        ["disposed"] = static () => new ObjectDisposedException("NetworkStream"),
        ["wrong state"] = static () => new InvalidOperationException("the connection is gone"),
        ["no permission"] = static () => new UnauthorizedAccessException("not yours"),
        ["proxy of another kind"] = static () => new NotSupportedException("Only the 'http' scheme is allowed for proxies."),
        ["platform"] = static () => new PlatformNotSupportedException("not here"),
        ["time"] = static () => new TimeoutException(),
        ["cancelled by nobody"] = static () => new TaskCanceledException(),
        ["cancelled connection"] = static () => new OperationCanceledException("connection attempt was given up"),
        ["deadline"] = static () => new TimeoutRejectedException(),
        ["circuit"] = static () => new BrokenCircuitException(),
        ["JSON"] = static () => new JsonException("not JSON"),
        ["decoding"] = static () => new DecoderFallbackException(),
        ["encoding"] = static () => new EncoderFallbackException(),
        ["header number"] = static () => new OverflowException(),
        ["header form"] = static () => new FormatException(),
        ["address form"] = static () => new UriFormatException(),
    };

    private static readonly string[] Lasting = ["handshake", "wrapped handshake"];

    public static TheoryData<string> All => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Whatever_the_platform_throws_a_model_reads_what_happened(string fault)
    {
        await using var connection = Connect(Faults[fault], times: int.MaxValue, out _);
        await using var catalog = Catalog(connection);

        foreach (var tool in catalog.Tools.Where(static tool => Arguments.ContainsKey(tool.Name)))
        {
            var refusal = await Assert.ThrowsAsync<ToolException>(
                () => tool.CallAsync(JsonElement.Parse(Arguments[tool.Name]), new ToolCall(null, null), default));

            Assert.Matches(@"^Backchannel error \[(unreachable|unusable_answer|timeout)\]: .+\n.+\.$", refusal.Message);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_fault_of_the_transport_is_tried_again(string fault)
    {
        await using var connection = Connect(Faults[fault], times: 2, out var handler);

        if (Lasting.Contains(fault))
        {
            await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));
            Assert.Equal(1, handler.Posts);
        }
        else
        {
            Assert.Equal("m-1", (await connection.PostAsync(default)).Message.Id);
            Assert.Equal(3, handler.Posts);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_fault_while_the_answer_is_read_is_tried_again_too(string fault)
    {
        await using var connection = Connect(Faults[fault], times: 2, out var handler, whileReading: true);

        var post = connection.PostAsync(default);

        if (Lasting.Contains(fault))
        {
            await Assert.ThrowsAsync<BackchannelException>(() => post);
        }
        else
        {
            Assert.Equal("m-1", (await post).Message.Id);
            Assert.Equal(3, handler.Posts);
        }
    }

    [Fact]
    public async Task A_bus_that_cannot_be_started_again_may_have_done_what_it_was_asked_before_it_died()
    {
        var faults = new Queue<Exception>(
        [
            new IOException("broken pipe"),
            new HttpRequestException("no bus", new BackchannelException("it does not start") { Code = FaultCodes.Unreachable }),
        ]);
        await using var connection = Connect(faults.Dequeue, times: int.MaxValue, out _);

        var fault = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(("it does not start", true), (fault.Message, fault.IsUndecided));
    }

    [Fact]
    public async Task A_bug_is_neither_tried_again_nor_blamed_on_the_bus()
    {
        await using var connection = Connect(static () => new KeyNotFoundException(), times: 1, out var handler);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => connection.PostAsync(default));

        Assert.Equal(1, handler.Posts);
    }

    [Fact]
    public async Task A_call_that_its_caller_cancelled_is_not_a_fault_of_the_bus()
    {
        using var cancel = new CancellationTokenSource();
        await using var connection = Connect(
            () =>
            {
                cancel.Cancel();
                return new ObjectDisposedException("NetworkStream");
            },
            times: 1,
            out var handler);

        await Assert.ThrowsAnyAsync<Exception>(() => connection.PostAsync(cancel.Token));

        Assert.Equal(1, handler.Posts);
    }

    private static readonly Dictionary<string, string> Arguments = new()
    {
        ["post_task"] = """{"channel":"jobs","content":"x"}""",
        ["broadcast"] = """{"channel":"news","content":"x"}""",
        ["claim_task"] = """{"channel":"jobs"}""",
        ["ack_task"] = """{"message_id":"m-1","result":"5"}""",
        ["fail_task"] = """{"message_id":"m-1","reason":"no"}""",
        ["cancel_task"] = """{"message_id":"m-1"}""",
        ["release_task"] = """{"message_id":"m-1"}""",
        ["subscribe"] = """{"channel":"jobs"}""",
        ["await_result"] = """{"channel":"jobs","message_id":"m-1"}""",
        ["list_channels"] = "{}",
        ["request_access"] = """{"channel":"jobs"}""",
        ["issue_key"] = """{"agent_label":"helper"}""",
    };

    private static ToolCatalog Catalog(BusConnection connection) => new(new(connection), new(), DefaultActor.Chosen("agent"), WorkerSession.Draw(isDetached: false), TimeProvider.System);

    private static BusConnection Connect(Func<Exception> fault, int times, out ThrowingHandler handler, bool whileReading = false)
    {
        handler = new(fault, times, whileReading);
        Assert.True(ApiKey.TryParse(MisbehavingServer.IssuedKeyText, out var key));
        return new(ClientTest.Options(new("http://bus.example")) with { ApiKey = key }, TimeProvider.System, handler);
    }

    /// <summary>In the place of sockets: throws as they might, then answers.</summary>
    private sealed class ThrowingHandler(Func<Exception> fault, int times, bool whileReading) : HttpMessageHandler
    {
        private int thrown;

        public int Posts { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Posts++;
            if (thrown++ >= times)
            {
                return new(System.Net.HttpStatusCode.Created) { Content = new StringContent(ClientTest.PostedJson, Encoding.UTF8, "application/json") };
            }

            return whileReading ? new(System.Net.HttpStatusCode.Created) { Content = new ThrowingContent(fault) } : throw fault();
        }
    }

    private sealed class ThrowingContent(Func<Exception> fault) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync() => throw fault();

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => throw fault();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
