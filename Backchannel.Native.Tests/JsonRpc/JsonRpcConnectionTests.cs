using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.JsonRpc;

/// <summary>What takes tools of the tests' own: limits, faults, and the ways a connection ends.</summary>
public sealed class JsonRpcConnectionTests
{
    private readonly TestTools tools = new();

    // FRM-03
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_session_runs_with_the_smallest_buffers(int bufferSize)
    {
        await using var session = new InProcessSession(tools.All, new() { BufferSize = bufferSize });
        await session.HandshakeAsync();

        var answer = await session.AskAsync("tools/call", """{"name":"echo","arguments":{"text":"é😀\u2028"}}""");

        Assert.Equal("é😀\u2028", answer.GetProperty("result").GetProperty("structuredContent").GetProperty("text").GetString());
    }

    // CON-04
    [Fact]
    public async Task Requests_beyond_the_limit_are_refused_and_ping_is_not()
    {
        await using var session = new InProcessSession(tools.All, new() { MaxRequestsInFlight = 3 });
        await session.HandshakeAsync();
        await session.SendAsync(Enumerable.Range(100, 3).Select(id => McpSession.Request(id, "tools/call", """{"name":"wait"}""")));

        var fourth = await session.AskAsync("tools/call", """{"name":"wait"}""");
        var ping = await session.AskAsync("ping");

        Assert.Equal(-32603, fourth.GetProperty("error").GetProperty("code").GetInt32());
        Assert.True(ping.TryGetProperty("result", out _));
    }

    [Fact]
    public async Task A_client_that_does_not_read_can_still_cancel()
    {
        await using var session = new InProcessSession(tools.All);
        await session.HandshakeAsync();
        await session.SendAsync(McpSession.Request(100, "tools/call", """{"name":"wait"}"""));
        await tools.Waiting.WaitAsync();

        // More answers than the pipe holds.
        var longId = new string('x', 10_000);
        await session.SendAsync(Enumerable.Range(0, 20).Select(_ => $$"""{"jsonrpc":"2.0","id":"{{longId}}","method":"ping"}"""));
        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":100}}""");

        await tools.Cancelled.WaitAsync();
    }

    // END-02
    [Fact]
    public async Task Work_that_is_being_done_at_the_end_of_the_input_is_finished_and_answered()
    {
        await using var session = new InProcessSession(tools.All);
        await session.HandshakeAsync();
        await session.SendAsync(McpSession.Request(1000, "tools/call", """{"name":"work"}"""));
        await tools.Waiting.WaitAsync();

        await session.CloseInputAsync();
        tools.Release.SetResult();

        Assert.Equal("1000", McpSession.IdOf(await session.ReadAsync()));
        Assert.Null(await session.TryReadAsync());
    }

    // END-02
    [Fact]
    public async Task Work_that_takes_too_long_at_the_end_of_the_input_is_cancelled()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        await using var session = new InProcessSession(tools.All, new(), time);
        await session.HandshakeAsync();
        await session.SendAsync(McpSession.Request(1000, "tools/call", """{"name":"work"}"""));
        await tools.Waiting.WaitAsync();

        await session.CloseInputAsync();
        while (!session.Ended.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Null(await session.TryReadAsync());
    }

    // END-03
    [Fact]
    public async Task Waits_end_at_once_with_the_input()
    {
        // A clock that stands still: nothing here depends on a time limit.
        await using var session = new InProcessSession(tools.All, new(), new FakeTimeProvider());
        await session.HandshakeAsync();
        await session.SendAsync(Enumerable.Range(100, 10).Select(id => McpSession.Request(id, "tools/call", """{"name":"wait"}""")));
        await tools.Waiting.WaitAsync(10);

        var rest = await session.FinishAsync();

        Assert.Empty(rest);
        await tools.Cancelled.WaitAsync(10);
    }

    // END-04
    [Fact]
    public async Task A_stop_cancels_what_is_in_flight_and_ends_streams_with_a_result_though_the_input_stays_open()
    {
        await using var session = new InProcessSession(tools.All, new(), new FakeTimeProvider());
        await session.HandshakeAsync();
        await session.SendAsync(
            McpSession.ModernRequest(100, "subscriptions/listen", "\"notifications\":{}"),
            McpSession.Request(101, "tools/call", """{"name":"work"}"""));
        await session.ReadAsync();
        await tools.Waiting.WaitAsync();

        session.Stop();

        Assert.Equal("100", McpSession.IdOf(await session.ReadAsync()));
        Assert.Null(await session.TryReadAsync());
    }

    // END-05
    [Fact]
    public async Task A_client_that_closes_its_end_stops_the_connection_quietly()
    {
        await using var session = new InProcessSession(tools.All);
        await session.HandshakeAsync();
        await session.SendAsync(McpSession.Request(100, "tools/call", """{"name":"wait"}"""));
        await tools.Waiting.WaitAsync();

        await session.CloseOutputAsync();
        await session.SendAsync(McpSession.Request(101, "ping"), McpSession.Request(102, "ping"));

        await session.CloseInputAsync();
        await session.WaitForExitAsync();
        await tools.Cancelled.WaitAsync();
        Assert.Empty(session.Log);
    }

    // FRM-07: what the handler never sees cannot overflow its stack either.
    [Fact]
    public async Task A_batch_nested_too_deeply_is_refused_member_by_member()
    {
        await using var session = new InProcessSession(tools.All);
        await session.HandshakeAsync("2025-03-26");
        var nested = new string('[', 100_000) + new string(']', 100_000);

        await session.SendAsync($$"""[{{nested}},{"jsonrpc":"2.0","id":1000,"method":"ping","params":{"x":{{nested}} } }]""");

        var answers = (await session.ReadAsync()).EnumerateArray().ToList();
        Assert.Equal(["null", "1000"], answers.Select(McpSession.IdOf));
        Assert.All(answers, answer => Assert.Equal(-32600, answer.GetProperty("error").GetProperty("code").GetInt32()));
    }
}
