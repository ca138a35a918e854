using System.IO.Pipelines;
using System.Security.Cryptography;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Tests.Support.Pace;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>The real loop in this process, over pipes in memory.</summary>
internal sealed class InProcessSession : McpSession
{
    public const string Instructions = "Test instructions.";

    private readonly Pipe input = new();
    private readonly Pipe output = new();
    private readonly CancellationTokenSource stop = new();
    private readonly JsonRpcConnection connection;

    public InProcessSession(
        IReadOnlyList<Tool> tools,
        JsonRpcConnectionOptions? options = null,
        TimeProvider? timeProvider = null,
        Action<string?>? calledBy = null,
        TaskSeal? seal = null)
    {
        var server = new McpServer(new("backchannel-mcp", "Backchannel", "1.2.3"), Instructions, tools, () => PromptCatalog.Make(CompleteAsync), line =>
        {
            lock (Log)
            {
                Log.Add(line);
            }

            Logged.Raise();
        }, calledBy, taskSeal: seal ?? Seal, time: timeProvider);
        connection = new(
            input.Reader.AsStream(), output.Writer.AsStream(), server, options ?? new(), timeProvider ?? TimeProvider.System);
        ToServer = input.Writer.AsStream();
        FromServer = output.Reader.AsStream();
        Ended = RunAsync();
    }

    /// <summary>What was meant for the operator.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Raised by each line of <see cref="Log"/>.</summary>
    public Signals Logged { get; } = new();

    /// <summary>Ends when the connection does.</summary>
    public Task Ended { get; }

    protected override Stream ToServer { get; }

    protected override Stream FromServer { get; }

    /// <summary>What a signal does to the process.</summary>
    public void Stop() => stop.Cancel();

    /// <summary>What a client does that closes its end of the output.</summary>
    public ValueTask CloseOutputAsync() => output.Reader.CompleteAsync();

    public override async Task<int?> WaitForExitAsync()
    {
        await Ended.Within();
        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await output.Reader.CompleteAsync();
        await Ended.Within();
        await input.Writer.CompleteAsync();
        connection.Dispose();
        stop.Dispose();
    }

    private static Task<Completion> CompleteAsync(string typed, CancellationToken cancellationToken) =>
        Task.FromResult(new Completion([.. new[] { "reviews", "builds" }.Where(name => name.StartsWith(typed, StringComparison.Ordinal))]));

    /// <summary>Every session in this process is of one user.</summary>
    private static ValueTask<byte[]> Seal(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) => new(HMACSHA256.HashData("a key"u8, text.Span));

    private async Task RunAsync()
    {
        await connection.RunAsync(stop.Token);
        await output.Writer.CompleteAsync();
    }
}
