using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary>The socket on which an agent host takes messages of its children; the test stands for the host.</summary>
internal sealed class HostSocket : IAsyncDisposable
{
    public const string Token = "t0ken-of-the-host";
    public const string SessionId = "8e016be8-5b48-4c13-ad22-1f5326ae64ac";

    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Channel<(JsonElement Auth, JsonElement Message)> messages = Channel.CreateUnbounded<(JsonElement, JsonElement)>();
    private readonly Task accepting;

    private HostSocket(string folder)
    {
        Path = System.IO.Path.Combine(folder, $"{Guid.NewGuid():n}"[..8] + ".sock");
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        accepting = AcceptAsync();
    }

    public string Path { get; }

    /// <param name="folder">Where the socket lies.</param>
    public static HostSocket Listen(string folder) => new(folder);

    /// <summary>What the host gives its children.</summary>
    /// <param name="prefix">CLAUDE_CODE or QWEN_CODE.</param>
    public Dictionary<string, string> Environment(string prefix, string lanes) => new()
    {
        [$"{prefix}_MESSAGING_SOCKET"] = Path,
        [$"{prefix}_MESSAGING_TOKEN"] = Token,
        [$"{prefix}_SESSION_ID"] = SessionId,
        ["BACKCHANNEL_WAKE"] = lanes,
    };

    public bool HasMessage => messages.Reader.Count > 0;

    public async Task<(JsonElement Auth, JsonElement Message)> ReadAsync() =>
        await messages.Reader.ReadAsync().Within(what: "a message on the host's socket");

    /// <summary>The words of the next message.</summary>
    public async Task<string> ReadTextAsync() => (await ReadAsync()).Message.GetProperty("message").Text("content");

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        File.Delete(Path);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            using var connection = await listener.AcceptAsync();
            using var reader = new StreamReader(new NetworkStream(connection));
            var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await messages.Writer.WriteAsync((JsonElement.Parse(lines[0]), JsonElement.Parse(lines[1])));
        }
    }
}
