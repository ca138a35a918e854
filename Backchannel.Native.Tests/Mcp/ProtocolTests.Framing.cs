using System.Text;

namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // FRM-01
    [Fact]
    public async Task Nothing_is_written_before_the_first_request_and_nothing_but_answers_after()
    {
        await using var session = await StartAsync();

        var answer = await session.AskAsync("initialize", McpSession.InitializeParams("2025-11-25"));
        var rest = await session.FinishAsync();

        Assert.True(answer.TryGetProperty("result", out _));
        Assert.Empty(rest);
    }

    // FRM-02
    [Fact]
    public async Task Input_that_is_not_UTF8_gets_a_parse_error_and_the_next_line_is_served()
    {
        await using var session = await StartAsync();

        await session.SendBytesAsync("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}\n".Select(c => (byte)c).ToArray());

        AssertError(-32700, null, await session.ReadAsync());
        AssertEmptyResult(await session.AskAsync("ping"));
    }

    // FRM-02
    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"a\\udfff\\ud800b\"")]
    public async Task An_id_with_a_lone_surrogate_comes_back_as_it_was_spelled(string id)
    {
        await using var session = await StartAsync();

        await session.SendAsync(McpSession.Request(id, "ping"));

        Assert.Contains($"\"id\":{id}", await session.ReadLineAsync(), StringComparison.Ordinal);
    }

    // FRM-02, TOOL-09
    [Fact]
    public async Task A_lone_surrogate_in_method_tool_name_or_argument_gives_valid_output()
    {
        await using var session = await StartAsync("2025-11-25");

        var method = await session.ExchangeAsync("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""");
        var name = await session.AskAsync("tools/call", """{"name":"\ud800"}""");
        var argument = await session.AskAsync("tools/call", BadCall.Call.Replace("\"arguments\":{", "\"arguments\":{\"x\\ud800\":\"\\ud800\","));

        Assert.Equal(-32601, CodeOf(method));
        Assert.Equal(-32602, CodeOf(name));
        Assert.True(argument.GetProperty("result").GetProperty("isError").GetBoolean());
    }

    // FRM-03
    [Fact]
    public async Task Bytes_may_arrive_one_at_a_time()
    {
        await using var session = await StartAsync();
        var line = McpSession.Request("\"é😀\"", "ping");
        session.Announce(line);

        foreach (var one in Encoding.UTF8.GetBytes(line + "\n"))
        {
            await session.SendBytesAsync(new[] { one });
        }

        Assert.Equal("é😀", (await session.ReadAsync()).GetProperty("id").GetString());
    }

    // FRM-03
    [Fact]
    public async Task A_hundred_messages_may_arrive_at_once()
    {
        await using var session = await StartAsync();

        await session.SendAsync(Enumerable.Range(0, 100).Select(id => McpSession.Request(id, "ping")));

        var answers = await session.ReadManyAsync(100);
        Assert.Equal(Enumerable.Range(0, 100), answers.Select(answer => answer.GetProperty("id").GetInt32()));
    }

    // FRM-03
    [Fact]
    public async Task A_read_may_end_in_the_middle_of_the_second_message()
    {
        await using var session = await StartAsync();
        var (first, second) = (McpSession.Request(1, "ping"), McpSession.Request(2, "ping"));
        session.Announce(first);
        session.Announce(second);

        await session.SendBytesAsync(Encoding.UTF8.GetBytes($"{first}\n{second[..20]}"));
        var answer = await session.ReadAsync();
        await session.SendBytesAsync(Encoding.UTF8.GetBytes($"{second[20..]}\n"));

        Assert.Equal("1", McpSession.IdOf(answer));
        Assert.Equal("2", McpSession.IdOf(await session.ReadAsync()));
    }

    // FRM-04
    [Fact]
    public async Task Byte_order_mark_blank_lines_and_CRLF_are_accepted_in_silence()
    {
        await using var session = await StartAsync();
        var request = McpSession.Request(1, "ping");
        session.Announce(request);

        await session.SendBytesAsync(Encoding.UTF8.GetBytes($"\uFEFF{request}\r\n\r\n\n   \t\n"));

        AssertEmptyResult(await session.ReadAsync());
        Assert.Empty(await session.CollectAsync());
    }

    // FRM-05
    [Theory]
    [InlineData("{\r\"jsonrpc\":\"2.0\",\r\"id\":7,\r\"method\":\"ping\"\r}")]
    [InlineData("{\"params\":{\"x\":\"\u2028\u2029\u0085\"},\"method\":\"ping\",\"id\":7,\"jsonrpc\":\"2.0\"}")]
    [InlineData("  { \"method\" : \"ping\" , \"jsonrpc\" : \"2.0\" , \"id\" : 7 }  ")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"\\u0069d\":7,\"m\\u0065thod\":\"p\\u0069ng\"}")]
    [InlineData("{\"params\":{\"id\":1,\"method\":\"x\",\"jsonrpc\":1},\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"extra\":[{\"id\":3}],\"resultat\":1}")]
    public async Task Only_LF_delimits_and_spelling_does_not_matter(string line)
    {
        await using var session = await StartAsync();
        session.Announce(McpSession.Request(7, "ping"));

        await session.SendBytesAsync(Encoding.UTF8.GetBytes(line + "\n"));

        var answer = await session.ReadAsync();
        Assert.Equal("7", McpSession.IdOf(answer));
        AssertEmptyResult(answer);
    }

    // FRM-06
    [Fact]
    public async Task A_line_of_4_MiB_is_served()
    {
        await using var session = await StartAsync();
        var padding = new string('x', 4 << 20);

        var answer = await session.AskAsync("ping", $$"""{"padding":"{{padding}}"}""");

        AssertEmptyResult(answer);
    }

    // FRM-06
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":"PADDING"}}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","method":"ping","params":{"x":"PADDING"},"id":7}""", null)]
    public async Task A_line_beyond_the_limit_is_refused_and_the_next_is_served(string line, string? id)
    {
        await using var session = await StartAsync();

        await session.SendBytesAsync(Encoding.UTF8.GetBytes(line.Replace("PADDING", new string('x', 17 << 20)) + "\n"));

        AssertError(-32600, id, await session.ReadAsync());
        AssertEmptyResult(await session.AskAsync("ping"));
    }

    // FRM-07
    [Theory]
    [InlineData('[', ']')]
    [InlineData('[', ' ')]
    public async Task A_hundred_thousand_brackets_do_no_harm(char open, char close)
    {
        await using var session = await StartAsync();

        await session.SendAsync(new string(open, 100_000) + new string(close, 100_000));

        Assert.Contains(CodeOf(await session.ReadAsync()), new[] { -32700, -32600 });
        AssertEmptyResult(await session.AskAsync("ping"));
    }

    // FRM-07
    [Fact]
    public async Task A_request_nested_too_deeply_is_answered_with_its_id()
    {
        await using var session = await StartAsync();
        var nested = new string('[', 100_000) + new string(']', 100_000);

        var answer = await session.ExchangeAsync($$"""{"jsonrpc":"2.0","method":"ping","params":{"x":{{nested}}},"id":7}""");

        AssertError(-32600, "7", answer);
    }

    // FRM-07
    [Fact]
    public async Task Sixty_four_levels_are_served()
    {
        await using var session = await StartAsync();
        var nested = new string('[', 64) + new string(']', 64);

        var answer = await session.AskAsync("ping", $$"""{"x":{{nested}}}""");

        AssertEmptyResult(answer);
    }

    // FRM-09, CON-01
    [Fact]
    public async Task Two_hundred_calls_at_once_are_answered_once_each_on_whole_lines()
    {
        await using var session = await StartAsync("2025-11-25");

        await session.SendAsync(Enumerable.Range(1000, 200).Select(id => McpSession.Request(id, "tools/call", BadCall.Call)));

        var answers = await session.ReadManyAsync(200);
        Assert.Equal(Enumerable.Range(1000, 200), answers.Select(answer => answer.GetProperty("id").GetInt32()).Order());
        Assert.Empty(await session.FinishAsync());
    }

    // CON-03
    [Fact]
    public async Task A_client_that_writes_without_reading_loses_nothing()
    {
        await using var session = await StartAsync("2025-11-25");

        // Megabytes of answers, more than all buffers on the way hold.
        var sending = session.SendAsync(Enumerable.Range(1000, 2000).Select(id => McpSession.Request(id, "tools/list")));
        var answers = await session.ReadManyAsync(2000);
        Assert.Equal(Enumerable.Range(1000, 2000), answers.Select(answer => answer.GetProperty("id").GetInt32()));
        await sending;
    }
}
