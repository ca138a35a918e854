namespace Backchannel.Native.Tests.Mcp;

/// <summary>What takes tools of the tests' own: results, bugs, progress and cancellation as a tool sees them.</summary>
public sealed class ToolCallsTests : IAsyncDisposable
{
    private readonly TestTools tools = new();
    private readonly InProcessSession session;

    public ToolCallsTests() => session = new InProcessSession(tools.All);

    public ValueTask DisposeAsync() => session.DisposeAsync();

    // TOOL-07
    [Theory]
    [InlineData("2024-11-05", false)]
    [InlineData("2025-03-26", false)]
    [InlineData("2025-06-18", true)]
    [InlineData("2025-11-25", true)]
    public async Task A_result_is_text_and_where_the_version_has_it_structured_content(string version, bool isStructured)
    {
        await session.HandshakeAsync(version);

        var result = (await session.AskAsync("tools/call", """{"name":"echo","arguments":{"text":"\"é😀\"","count":2}}""")).GetProperty("result");

        const string Expected = """{"text":"\"é\uD83D\uDE00\"","count":2}""";
        Assert.Equal(Expected, result.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(isStructured, result.TryGetProperty("structuredContent", out var structured));
        Assert.True(!isStructured || structured.GetRawText() == Expected);
        Assert.False(result.TryGetProperty("isError", out _));
    }

    // TOOL-07
    [Theory]
    [InlineData("""{"name":"echo"}""")]
    [InlineData("""{"name":"echo","arguments":null}""")]
    [InlineData("""{"name":"echo","arguments":{}}""")]
    [InlineData("""{"name":"echo","arguments":{"text":null,"count":null}}""")]
    [InlineData("""{"name":"echo","arguments":{"count":1.0}}""")]
    [InlineData("""{"name":"echo","arguments":"{\"count\":\"1\"}"}""")]
    [InlineData("""{"name":"echo","arguments":{},"task":{"ttl":5}}""")]
    public async Task Arguments_may_be_left_out_or_null(string call)
    {
        await session.HandshakeAsync();

        var result = (await session.AskAsync("tools/call", call)).GetProperty("result");

        Assert.Equal("""{"count":1}""", result.GetProperty("structuredContent").GetRawText());
    }

    [Theory]
    [InlineData("echo")]
    [InlineData("fail")]
    public async Task News_come_with_the_next_answer_of_whatever_tool_and_once(string tool)
    {
        string? news = "The moon is full.";
        var told = tools.All;
        foreach (var known in told)
        {
            known.TakeNews = () => Interlocked.Exchange(ref news, null);
        }

        await using var listening = new InProcessSession(told);
        var first = await listening.AskModernAsync("tools/call", $"\"name\":\"{tool}\"");
        var second = await listening.AskModernAsync("tools/call", $"\"name\":\"{tool}\"");

        Assert.Contains("The moon is full.", first.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("The moon is full.", second.GetRawText(), StringComparison.Ordinal);
    }

    // TOOL-10
    [Fact]
    public async Task What_a_tool_could_not_do_is_a_result()
    {
        var result = (await session.AskModernAsync("tools/call", "\"name\":\"fail\"")).GetProperty("result");

        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Equal("It did not work.\nTry something else.", result.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.False(result.TryGetProperty("structuredContent", out _));
    }

    // FRM-06: each of these characters takes 13 bytes on the line.
    [Theory]
    [InlineData(500, false)]
    [InlineData(1000, true)]
    public async Task A_result_too_large_for_a_line_is_an_error_that_says_so(int thousands, bool isError)
    {
        await session.HandshakeAsync();

        var answer = await session.AskAsync("tools/call", $$$"""{"name":"flood","arguments":{"count":{{{thousands}}}}}""");

        Assert.Equal(isError, answer.GetProperty("result").TryGetProperty("isError", out _));
        Assert.InRange(answer.GetRawText().Length, 0, 9_000_000);
    }

    // FRM-07, TOOL-09
    [Fact]
    public async Task Arguments_nested_deeper_than_a_tool_can_read_are_the_callers_fault()
    {
        await session.HandshakeAsync();
        var nested = new string('[', 120) + new string(']', 120);

        var answer = await session.AskAsync("tools/call", $$$"""{"name":"echo","arguments":{"text":{{{nested}}}}}""");

        Assert.True(answer.GetProperty("result").GetProperty("isError").GetBoolean());
    }

    // TOOL-10, LOG-04
    [Fact]
    public async Task A_bug_is_an_internal_error_whose_details_only_the_operator_sees()
    {
        await session.HandshakeAsync();

        var answer = await session.AskAsync("tools/call", """{"name":"bug"}""");

        Assert.Equal("""{"code":-32603,"message":"Internal error."}""", answer.GetProperty("error").GetRawText());
        var log = Assert.Single(session.Log);
        Assert.Contains("The tool bug failed.", log, StringComparison.Ordinal);
        Assert.Contains("secret internals", log, StringComparison.Ordinal);
        Assert.True((await session.AskAsync("ping")).TryGetProperty("result", out _));
    }

    // LOG-01
    [Theory]
    [InlineData("debug", true)]
    [InlineData("error", true)]
    [InlineData("critical", false)]
    [InlineData(null, false)]
    public async Task A_bug_is_logged_to_the_client_from_the_level_it_asked_for(string? level, bool isLogged)
    {
        await session.HandshakeAsync();
        if (level is not null)
        {
            await session.AskAsync("logging/setLevel", $$"""{"level":"{{level}}"}""");
        }

        var message = await session.AskAsync("tools/call", """{"name":"bug"}""");

        Assert.Equal(isLogged, message.TryGetProperty("method", out _));
        Assert.DoesNotContain("secret", message.GetRawText(), StringComparison.Ordinal);
    }

    // LOG-03
    [Fact]
    public async Task A_modern_request_gets_no_log_message_even_inside_a_session_that_asked_for_them()
    {
        await session.HandshakeAsync();
        await session.AskAsync("logging/setLevel", """{"level":"debug"}""");

        var message = await session.AskModernAsync("tools/call", "\"name\":\"bug\"");

        Assert.True(message.TryGetProperty("error", out _));
    }

    // PRG-01, PRG-05
    [Theory]
    [InlineData("2024-11-05", "\"t\"", false)]
    [InlineData("2025-03-26", "0", true)]
    [InlineData("2025-06-18", "\"\"", true)]
    [InlineData("2025-11-25", "17", true)]
    public async Task Progress_carries_the_token_grows_and_comes_before_the_answer(string version, string token, bool hasMessage)
    {
        await session.HandshakeAsync(version);

        await session.SendAsync(McpSession.Request(
            900, "tools/call", $$$"""{"name":"progress","arguments":{"count":20},"_meta":{"progressToken":{{{token}}}}}"""));

        var messages = await session.ReadManyAsync(21);
        Assert.Equal("900", McpSession.IdOf(messages[^1]));
        var reports = messages[..^1].Select(message => message.GetProperty("params")).ToList();
        Assert.All(reports, report => Assert.Equal(token, report.GetProperty("progressToken").GetRawText()));
        Assert.All(reports, report => Assert.Equal(hasMessage, report.TryGetProperty("message", out _)));
        Assert.Equal(Enumerable.Range(1, 20), reports.Select(report => report.GetProperty("progress").GetInt32()));
    }

    // PRG-01
    [Fact]
    public async Task A_modern_request_gets_progress_too()
    {
        await session.SendAsync(McpSession.ModernRequest(900, "tools/call", "\"name\":\"progress\"")
            .Replace("\"_meta\":{", "\"_meta\":{\"progressToken\":\"t\",", StringComparison.Ordinal));

        Assert.Equal("step 1", (await session.ReadAsync()).GetProperty("params").GetProperty("message").GetString());
        Assert.Equal("900", McpSession.IdOf(await session.ReadAsync()));
    }

    // PRG-01, FRM-09
    [Fact]
    public async Task Progress_grows_even_when_it_is_reported_from_many_threads()
    {
        await session.HandshakeAsync();

        await session.SendAsync(McpSession.Request(
            900, "tools/call", """{"name":"progress_from_many_threads","_meta":{"progressToken":1}}"""));

        var messages = await session.ReadManyAsync(201);
        Assert.Equal(
            Enumerable.Range(1, 200),
            messages[..^1].Select(message => message.GetProperty("params").GetProperty("progress").GetInt32()));
    }

    // PRG-02, PRG-04
    [Theory]
    [InlineData("{}")]
    [InlineData("{\"progressToken\":null}")]
    [InlineData("{\"progressToken\":true}")]
    [InlineData("{\"progressToken\":{}}")]
    [InlineData("{\"progressToken\":1.5}")]
    [InlineData("5")]
    public async Task Without_a_token_there_is_no_progress(string meta)
    {
        await session.HandshakeAsync();

        var answer = await session.AskAsync("tools/call", $$"""{"name":"progress","arguments":{"count":20},"_meta":{{meta}}}""");

        Assert.Equal("nobody listens", answer.GetProperty("result").GetProperty("structuredContent").GetProperty("text").GetString());
    }

    // PRG-03, CAN-04
    [Fact]
    public async Task Nothing_is_sent_for_a_request_after_its_cancellation()
    {
        await session.HandshakeAsync();
        await session.SendAsync(McpSession.Request(900, "tools/call", """{"name":"progress_after_cancel","_meta":{"progressToken":1}}"""));
        await tools.Waiting.WaitAsync();

        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":900}}""");
        await tools.Cancelled.WaitAsync();

        Assert.Empty(await session.FinishAsync());
    }

    // CAN-04
    [Fact]
    public async Task A_cancellation_reaches_the_tool()
    {
        await session.HandshakeAsync();
        await session.SendAsync(Enumerable.Range(900, 10).Select(id => McpSession.Request(id, "tools/call", """{"name":"wait"}""")));
        await tools.Waiting.WaitAsync(10);

        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":905}}""");

        await tools.Cancelled.WaitAsync(1);
        tools.Release.SetResult();
        var answers = await session.ReadManyAsync(9);
        Assert.DoesNotContain("905", answers.Select(McpSession.IdOf));
    }

    // MOD-09
    [Theory]
    [InlineData("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("\"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\"", null)]
    [InlineData("\"nonsense\"", null)]
    [InlineData("5", null)]
    public async Task A_trace_parent_reaches_the_tool_unless_it_is_broken(string traceParent, string? expected)
    {
        await session.HandshakeAsync();

        await session.AskAsync("tools/call", $$$"""{"name":"echo","_meta":{"traceparent":{{{traceParent}}}}}""");

        Assert.Equal(expected, tools.LastCall?.TraceParent);
    }
}
