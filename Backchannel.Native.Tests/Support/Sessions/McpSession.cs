using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>Raw lines to and from a server. Each line that comes is checked against the protocol's schemas.</summary>
internal abstract class McpSession : IAsyncDisposable
{
    public const string Envelope = """
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"}}
        """;

    /// <summary>Capabilities of a client that takes tasks.</summary>
    public const string TakesTasks = """{"extensions":{"io.modelcontextprotocol/tasks":{}}}""";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly McpConformance conformance = new();
    private PipeReader? output;
    private int lastId;
    private string lastSent = "";

    protected abstract Stream ToServer { get; }

    protected abstract Stream FromServer { get; }

    /// <summary>Exit code of the process; null where there is none.</summary>
    public abstract Task<int?> WaitForExitAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Sends lines in one write, each with its LF.</summary>
    public Task SendAsync(params IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            conformance.Sent(line);
            lastSent = line;
            text.Append(line).Append('\n');
        }

        return SendBytesAsync(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        await ToServer.WriteAsync(bytes).AsTask().Within(what: "the server to read");
        await ToServer.FlushAsync().Within(what: "the server to read");
    }

    /// <summary>Declares a request that will be sent in pieces.</summary>
    public void Announce(string line) => conformance.Sent(line);

    public ValueTask CloseInputAsync() => ToServer.DisposeAsync();

    /// <summary>The next message; fails when the server has ended.</summary>
    public async Task<JsonElement> ReadAsync() =>
        await TryReadAsync() ?? throw new EndOfStreamException("The server closed its output.");

    /// <summary>The next message; null when the server has ended.</summary>
    public async Task<JsonElement?> TryReadAsync()
    {
        if (await ReadLineAsync() is not { } line)
        {
            return null;
        }

        // FRM-04: one message per line, LF only, no BOM.
        Assert.DoesNotContain('\r', line);
        Assert.StartsWith(line[0] == '[' ? "[" : "{", line, StringComparison.Ordinal);
        var message = JsonElement.Parse(line);
        conformance.Received(message);
        return message;
    }

    /// <summary>The next line as it came, not checked against anything but UTF-8.</summary>
    public async Task<string?> ReadLineAsync()
    {
        output ??= PipeReader.Create(FromServer);
        while (true)
        {
            var read = await output.ReadAsync().Within(what: $"the server's next line; sent last: {lastSent}");
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = StrictUtf8.GetString(read.Buffer.Slice(0, end));
                output.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted)
            {
                // FRM-09: no half line.
                Assert.Equal(0, read.Buffer.Length);
                return null;
            }

            output.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Sends one line and gives back the next message.</summary>
    public async Task<JsonElement> ExchangeAsync(string line)
    {
        await SendAsync(line);
        return await ReadAsync();
    }

    /// <summary>Sends a request of the handshake versions and gives back the next message.</summary>
    public Task<JsonElement> AskAsync(string method, string? parameters = null) =>
        ExchangeAsync(Request(++lastId, method, parameters));

    /// <summary>Sends a request of the stateless version and gives back the next message.</summary>
    public Task<JsonElement> AskModernAsync(string method, string? members = null) =>
        ExchangeAsync(ModernRequest(++lastId, method, members));

    /// <summary>The same of a client that takes tasks.</summary>
    public Task<JsonElement> AskWithTasksAsync(string method, string? members = null) =>
        ExchangeAsync(ModernRequest(++lastId, method, members, TakesTasks));

    /// <param name="capabilities">As JSON.</param>
    public async Task<JsonElement> HandshakeAsync(string version = "2025-11-25", string capabilities = "{}")
    {
        var answer = await AskAsync("initialize", InitializeParams(version, capabilities));
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return answer.GetProperty("result");
    }

    /// <summary>What the server had sent when it answered a question asked now.</summary>
    public async Task<List<JsonElement>> CollectAsync()
    {
        var id = $"collect-{++lastId}";
        await SendAsync(ModernRequest($"\"{id}\"", "no/such"));
        var messages = new List<JsonElement>();
        while (true)
        {
            var message = await ReadAsync();
            if (IdOf(message) == $"\"{id}\"")
            {
                return messages;
            }

            messages.Add(message);
        }
    }

    /// <summary>Closes the input and gives back everything up to the end of the output.</summary>
    public async Task<List<JsonElement>> FinishAsync()
    {
        await CloseInputAsync();
        var messages = new List<JsonElement>();
        while (await TryReadAsync() is { } message)
        {
            messages.Add(message);
        }

        return messages;
    }

    public async Task<List<JsonElement>> ReadManyAsync(int count)
    {
        var messages = new List<JsonElement>();
        while (messages.Count < count)
        {
            messages.Add(await ReadAsync());
        }

        return messages;
    }

    public static string InitializeParams(string version, string capabilities = "{}") =>
        "{\"protocolVersion\":\"" + version + "\",\"capabilities\":" + capabilities + ",\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}";

    /// <param name="id">As JSON.</param>
    public static string Request(object id, string method, string? parameters = null) => parameters is null
        ? $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}"}"""
        : $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""";

    /// <param name="members">Members of <c>params</c> beside the envelope.</param>
    /// <param name="capabilities">Those of the client, as JSON.</param>
    public static string ModernRequest(object id, string method, string? members = null, string capabilities = "{}")
    {
        var envelope = Envelope.Replace("clientCapabilities\":{}", $"clientCapabilities\":{capabilities}", StringComparison.Ordinal);
        return Request(id, method, "{" + (members is null ? envelope : $"{members},{envelope}") + "}");
    }

    public static string? IdOf(JsonElement message) =>
        message.ValueKind is JsonValueKind.Object && message.TryGetProperty("id", out var id) ? id.GetRawText() : null;
}
