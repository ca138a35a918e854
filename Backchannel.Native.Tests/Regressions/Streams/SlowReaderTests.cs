using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Regressions.Streams;

/// <summary>The end of the input while the client has not yet read its answers.</summary>
public sealed class SlowReaderTests : IDisposable
{
    private static readonly JsonRpcConnectionOptions Options = new();

    private readonly TestTools tools = new();
    private readonly SignallingTimeProvider time = new();
    private readonly SteppedStream output = new();

    public void Dispose() => output.Dispose();

    [Fact]
    public async Task A_client_that_reads_slowly_gets_the_whole_answer()
    {
        var serving = await ServeToTheEndOfTheInputAsync();

        // Far more than the time limits, and a piece within each of them.
        time.Advance(Options.DrainTime);
        await PassAsync(Options.CancelTime, pieces: 1);
        for (var i = 0; i < 10; i++)
        {
            await PassAsync(Options.DrainTime, pieces: 1);
        }

        Assert.False(serving.IsCompleted);
        output.TakeAll();
        await serving.WaitAsync(Deadline.Time);
        var answer = Encoding.UTF8.GetString(output.ToArray());
        Assert.EndsWith("\n", answer, StringComparison.Ordinal);
        Assert.Equal(40_000, JsonElement.Parse(answer).GetProperty("result").GetProperty("structuredContent").GetProperty("text").GetString()!.Length);
    }

    [Fact]
    public async Task Answers_from_before_the_end_of_the_input_wait_for_a_client_that_reads_them_later()
    {
        const int Requests = 200;
        var input = new Pipe();
        var server = new McpServer(new("backchannel-mcp", "Backchannel", "1.2.3"), "", [], () => [], _ => { });
        using var connection = new JsonRpcConnection(input.Reader.AsStream(), output, server, Options, time);
        var serving = connection.RunAsync(CancellationToken.None);
        for (var id = 1; id <= Requests; id++)
        {
            await input.Writer.WriteAsync(Encoding.UTF8.GetBytes(McpSession.ModernRequest(id, "tools/list", "") + "\n"));
        }

        await input.Writer.CompleteAsync();
        await output.AskedAsync();
        time.Advance(TimeSpan.FromHours(1));
        var endedEarly = serving.IsCompleted;
        output.TakeAll();
        await serving.WaitAsync(Deadline.Time);

        Assert.False(endedEarly);
        Assert.Equal(Requests, Encoding.UTF8.GetString(output.ToArray()).Split('\n').Length - 1);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_nothing_up()
    {
        var serving = await ServeToTheEndOfTheInputAsync();

        time.Advance(Options.DrainTime);
        await PassAsync(Options.CancelTime, pieces: 0);

        await serving.WaitAsync(Deadline.Time);
        output.TakeAll();
    }

    [Fact]
    public async Task A_client_that_stops_reading_holds_nothing_up_either()
    {
        var serving = await ServeToTheEndOfTheInputAsync();

        time.Advance(Options.DrainTime);
        await PassAsync(Options.CancelTime, pieces: 1);
        await PassAsync(Options.DrainTime, pieces: 0);

        await serving.WaitAsync(Deadline.Time);
        output.TakeAll();
    }

    /// <returns>The end of the connection, whose one answer, of ten pieces and more, was made after the end of the input.</returns>
    private async Task<Task> ServeToTheEndOfTheInputAsync()
    {
        var input = new Pipe();
        var tool = new TestTool("long", async (_, _, _) =>
        {
            tools.Waiting.Raise();
            await tools.Release.Task;
            return new TestResult(new string('x', 40_000), 0);
        });
        var server = new McpServer(new("backchannel-mcp", "Backchannel", "1.2.3"), "", [tool], () => [], _ => { });
        var connection = new JsonRpcConnection(input.Reader.AsStream(), output, server, Options, time);
        var serving = connection.RunAsync(CancellationToken.None);
        await input.Writer.WriteAsync(Encoding.UTF8.GetBytes(McpSession.ModernRequest(1, "tools/call", "\"name\":\"long\"") + "\n"));
        await tools.Waiting.WaitAsync();
        await input.Writer.CompleteAsync();
        await time.TimerAsync(static length => length == Options.DrainTime);
        tools.Release.SetResult();
        await output.AskedAsync();
        return serving;
    }

    /// <summary>Lets one time limit run out, in which the client reads.</summary>
    private async Task PassAsync(TimeSpan limit, int pieces)
    {
        await time.TimerAsync(length => length == limit);
        for (var i = 0; i < pieces; i++)
        {
            output.Take();
            await output.AskedAsync();
        }

        time.Advance(limit);
    }

    /// <summary>Takes a piece when it is told to.</summary>
    private sealed class SteppedStream : MemoryStream
    {
        private const int Plenty = 1000;

        private readonly SemaphoreSlim allowed = new(0);
        private readonly SemaphoreSlim asked = new(0);

        public Task AskedAsync() => asked.WaitAsync(Deadline.Token());

        public void Take() => allowed.Release();

        public void TakeAll() => allowed.Release(Plenty);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            asked.Release();
            allowed.Wait();
            base.Write(buffer);
        }
    }
}
