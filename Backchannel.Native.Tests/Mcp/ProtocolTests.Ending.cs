using System.Text;

namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // CAN-01
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":12345}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":null}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":5}""")]
    public async Task A_cancellation_of_nothing_is_ignored(string line)
    {
        await using var session = await StartAsync("2025-11-25");

        await session.SendAsync(line);

        await AssertAliveAsync(session);
    }

    // CAN-02
    [Fact]
    public async Task A_hundred_calls_and_cancellations_in_one_write_get_one_answer_each_at_most()
    {
        await using var session = await StartAsync("2025-11-25");

        await session.SendAsync(Enumerable.Range(700, 100).SelectMany(id => new[]
        {
            McpSession.Request(id, "tools/call", BadCall.Call),
            Cancel(id.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        }));

        var answers = await session.FinishAsync();
        Assert.Distinct(answers.Select(McpSession.IdOf));
    }

    // CAN-03
    [Fact]
    public async Task A_cancellation_of_initialize_has_no_effect()
    {
        await using var session = await StartAsync();

        await session.SendAsync(McpSession.Request(1, "initialize", McpSession.InitializeParams("2025-11-25")), Cancel("1"));

        Assert.True((await session.ReadAsync()).TryGetProperty("result", out _));
        AssertEmptyResult(await session.AskAsync("ping"));
    }

    // CAN-04
    [Theory]
    [InlineData("5", "5", true)]
    [InlineData("\"a\"", "\"\\u0061\"", true)]
    [InlineData("5", "\"5\"", false)]
    public async Task A_cancelled_request_is_not_answered_and_its_id_is_free_again(string id, string cancelled, bool isCancelled)
    {
        await using var session = await StartAsync("2025-11-25");
        var wait = await PrepareWaitAsync(session);
        await session.SendAsync(McpSession.Request(id, "tools/call", wait), Cancel(cancelled));

        await session.SendAsync(McpSession.Request(id, "tools/call", wait));

        var messages = await session.CollectAsync();
        Assert.Equal(isCancelled ? 0 : 1, messages.Count);
        Assert.Empty(await session.FinishAsync());
    }

    // SUB-01, CON-02
    [Theory]
    [InlineData("\"listen:0\"")]
    [InlineData("17")]
    public async Task Listening_is_acknowledged_with_its_id_and_stays_open(string id)
    {
        await using var session = await StartAsync();

        await session.SendAsync(McpSession.ModernRequest(id, "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true}"));

        var acknowledged = (await session.ReadAsync()).GetProperty("params");
        Assert.Equal(id, acknowledged.GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetRawText());
        Assert.Equal("{}", acknowledged.GetProperty("notifications").GetRawText());
        await AssertAliveAsync(session);
    }

    // SUB-02
    [Theory]
    [InlineData(null)]
    [InlineData("\"notifications\":null")]
    [InlineData("\"notifications\":[]")]
    public async Task Listening_for_nothing_in_particular_is_invalid(string? members)
    {
        await using var session = await StartAsync();

        Assert.Equal(-32602, CodeOf(await session.AskModernAsync("subscriptions/listen", members)));
    }

    // SUB-03, END-03
    [Fact]
    public async Task The_end_of_the_input_ends_streams_with_a_result()
    {
        await using var session = await StartAsync();
        await session.SendAsync(
            McpSession.ModernRequest("\"a\"", "subscriptions/listen", "\"notifications\":{}"),
            McpSession.ModernRequest("\"b\"", "subscriptions/listen", "\"notifications\":{}"));
        await session.ReadManyAsync(2);

        var results = await session.FinishAsync();

        Assert.Equal(["\"a\"", "\"b\""], results.Select(McpSession.IdOf).Order());
        Assert.All(results, result => Assert.Equal(
            McpSession.IdOf(result),
            result.GetProperty("result").GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetRawText()));
    }

    // SUB-04
    [Fact]
    public async Task Streams_beyond_the_limit_are_refused()
    {
        await using var session = await StartAsync();

        await session.SendAsync(Enumerable.Range(0, 65).Select(
            id => McpSession.ModernRequest(id, "subscriptions/listen", "\"notifications\":{}")));

        var messages = await session.ReadManyAsync(65);
        Assert.Equal(64, messages.Count(message => message.TryGetProperty("method", out _)));
        Assert.Equal(-32603, CodeOf(Assert.Single(messages, message => message.TryGetProperty("error", out _))));
    }

    // CAN-06
    [Fact]
    public async Task A_cancelled_stream_ends_silently()
    {
        await using var session = await StartAsync();
        await session.SendAsync(McpSession.ModernRequest("\"a\"", "subscriptions/listen", "\"notifications\":{}"));
        await session.ReadAsync();

        await session.SendAsync(Cancel("\"a\""));

        Assert.Empty(await session.FinishAsync());
    }

    // END-01
    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"meth")]
    public async Task The_end_of_the_input_ends_the_server(string input)
    {
        await using var session = await StartAsync();

        await session.SendBytesAsync(Encoding.UTF8.GetBytes(input));
        await session.FinishAsync();

        Assert.True(await session.WaitForExitAsync() is null or 0);
    }

    // END-02
    [Fact]
    public async Task What_was_read_before_the_end_is_answered_a_last_line_without_LF_included()
    {
        await using var session = await StartAsync();
        string[] lines =
        [
            McpSession.Request(1, "initialize", McpSession.InitializeParams("2025-11-25")),
            McpSession.Request(2, "tools/call", BadCall.Call),
            McpSession.Request(3, "ping"),
        ];
        Array.ForEach(lines, session.Announce);

        await session.SendBytesAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)));

        var answers = await session.FinishAsync();
        Assert.Equal(["1", "2", "3"], answers.Select(McpSession.IdOf).Order());
    }

    // END-03
    [Fact]
    public async Task Waits_end_unanswered_with_the_input()
    {
        await using var session = await StartAsync("2025-11-25");
        var wait = await PrepareWaitAsync(session);
        await session.SendAsync(Enumerable.Range(800, 10).Select(id => McpSession.Request(id, "tools/call", wait)));
        await AssertAliveAsync(session);

        Assert.Empty(await session.FinishAsync());
        Assert.True(await session.WaitForExitAsync() is null or 0);
    }

    private static string Cancel(string id) =>
        $$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}},"reason":"enough"}}""";
}
