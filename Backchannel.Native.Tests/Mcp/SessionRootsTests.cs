using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp;

/// <summary>The server asks its client for the roots, in a session with a handshake.</summary>
public sealed class SessionRootsTests : IAsyncDisposable
{
    private const string Declared = """{"roots":{"listChanged":true}}""";
    private const string Changed = """{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""";

    private readonly SignallingTimeProvider time = new();
    private readonly InProcessSession session;
    private int lastCall = 100;

    public SessionRootsTests() => session = new InProcessSession([RootsTool.Create(), .. new TestTools().All], timeProvider: time);

    public ValueTask DisposeAsync() => session.DisposeAsync();

    [Theory]
    [InlineData("2024-11-05")]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task A_client_that_has_declared_roots_is_asked_by_the_first_call_that_needs_them(string version)
    {
        await session.HandshakeAsync(version, Declared);
        var echoed = await session.AskAsync("tools/call", """{"name":"echo"}""");

        await AnswerAsync(await CallAsync(), "file:///a", "file:///b%20c");

        Assert.True(echoed.TryGetProperty("result", out _));
        Assert.Equal("/a|/b c", await ReadAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"roots":null}""")]
    [InlineData("""{"roots":true}""")]
    [InlineData("""{"experimental":{"roots":{}}}""")]
    public async Task A_client_that_has_not_is_never_asked(string capabilities)
    {
        await session.HandshakeAsync(capabilities: capabilities);
        await session.SendAsync(Changed);

        Assert.Equal("", RootsTool.TextOf(await session.AskAsync("tools/call", RootsTool.Call)));
    }

    [Fact]
    public async Task The_answer_is_kept_until_the_client_says_that_it_has_changed()
    {
        await session.HandshakeAsync(capabilities: Declared);
        await AnswerAsync(await CallAsync(), "file:///a");
        var first = await ReadAsync();

        var kept = RootsTool.TextOf(await session.AskAsync("tools/call", RootsTool.Call));
        await session.SendAsync(Changed);
        await AnswerAsync(await CallAsync());

        Assert.Equal(("/a", "/a", ""), (first, kept, await ReadAsync()));
    }

    [Fact]
    public async Task A_client_that_does_not_tell_changes_is_asked_each_time()
    {
        await session.HandshakeAsync(capabilities: """{"roots":{}}""");
        await AnswerAsync(await CallAsync(), "file:///a");
        var first = await ReadAsync();

        await AnswerAsync(await CallAsync());

        Assert.Equal(("/a", ""), (first, await ReadAsync()));
    }

    [Fact]
    public async Task A_change_while_the_client_is_asked_makes_the_next_call_ask_again()
    {
        await session.HandshakeAsync(capabilities: Declared);
        var before = await CallAsync();
        await session.SendAsync(Changed);
        var after = await CallAsync();

        await AnswerAsync(after, "file:///new");
        var second = await ReadAsync();
        await AnswerAsync(before, "file:///old");
        var first = await ReadAsync();

        Assert.Equal(("/old", "/new"), (first, second));
        Assert.Equal("/new", RootsTool.TextOf(await session.AskAsync("tools/call", RootsTool.Call)));
    }

    [Fact]
    public async Task Calls_at_the_same_time_share_one_question()
    {
        await session.HandshakeAsync(capabilities: """{"roots":{}}""");
        var question = await CallAsync();
        await session.SendAsync(Enumerable.Range(200, 50).Select(id => McpSession.Request(id, "tools/call", RootsTool.Call)));
        Assert.Empty(await session.CollectAsync());

        await AnswerAsync(question, "file:///a");

        Assert.All(await session.ReadManyAsync(51), answer => Assert.Equal("/a", RootsTool.TextOf(answer)));
    }

    [Theory]
    [InlineData("\"error\":{\"code\":-32601,\"message\":\"no\"}")]
    [InlineData("\"error\":null")]
    [InlineData("\"result\":null")]
    [InlineData("\"result\":[]")]
    [InlineData("\"result\":\"x\"")]
    [InlineData("\"result\":{}")]
    [InlineData("\"result\":{\"roots\":null}")]
    [InlineData("\"result\":{\"roots\":{\"uri\":\"file:///a\"}}")]
    public async Task An_answer_without_a_list_tells_no_roots_and_the_next_call_asks_again(string answer)
    {
        await session.HandshakeAsync(capabilities: Declared);

        await SendAnswerAsync(await CallAsync(), answer);
        var first = await ReadAsync();
        await AnswerAsync(await CallAsync(), "file:///a");

        Assert.Equal(("gave no list of its roots", "/a"), (first, await ReadAsync()));
    }

    [Fact]
    public async Task An_answer_that_nests_too_deeply_tells_no_roots()
    {
        await session.HandshakeAsync(capabilities: Declared);

        await SendAnswerAsync(await CallAsync(), $"\"result\":{{\"roots\":{new string('[', 200)}{new string(']', 200)}}}");

        Assert.Equal("gave no list of its roots", await ReadAsync());
    }

    [Fact]
    public async Task Members_of_the_list_that_are_no_roots_are_left_out()
    {
        await session.HandshakeAsync(capabilities: Declared);

        const string Odd = """null,1,"file:///x",[],["uri","file:///x"],{},{"uri":1},{"uri":"\ud800"},{"uri":"http://x/y"},{"uri":"file:relative"}""";
        const string Good = """{"name":"n","uri":"file:///\u0061","_meta":{"uri":"file:///z"}}""";
        await SendAnswerAsync(await CallAsync(), $"\"result\":{{\"roots\":[{Odd},{Good}],\"nextCursor\":\"1\"}}");

        Assert.Equal("/a", await ReadAsync());
    }

    [Fact]
    public async Task Of_very_many_roots_the_first_64_count()
    {
        await session.HandshakeAsync(capabilities: Declared);

        await AnswerAsync(await CallAsync(), Enumerable.Range(1, 10_000).Select(number => $"file:///{number}"));

        Assert.Equal(string.Join('|', Enumerable.Range(1, 64).Select(number => $"/{number}")), await ReadAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_answer_in_time_is_told_so_and_asked_again_by_the_next_call()
    {
        await session.HandshakeAsync(capabilities: Declared);
        var question = await CallAsync();
        var limit = await time.TimerAsync(static _ => true);
        var pong = await session.AskAsync("ping");

        time.Advance(limit);
        var withdrawn = await session.ReadAsync();
        var first = await ReadAsync();
        await AnswerAsync(question, "file:///late");
        await AnswerAsync(await CallAsync(), "file:///a");

        Assert.True(pong.TryGetProperty("result", out _));
        Assert.Equal(TimeSpan.FromSeconds(10), limit);
        Assert.Equal("notifications/cancelled", withdrawn.GetProperty("method").GetString());
        Assert.Equal(McpSession.IdOf(question), withdrawn.GetProperty("params").GetProperty("requestId").GetRawText());
        Assert.Equal(("did not answer roots/list within 10 seconds", "/a"), (first, await ReadAsync()));
    }

    [Fact]
    public async Task Answers_that_nobody_asked_for_are_dropped_while_the_client_is_asked()
    {
        await session.HandshakeAsync(capabilities: Declared);
        var question = await CallAsync();
        var id = McpSession.IdOf(question)!;

        await session.SendAsync(((string[])["1", "null", "\"server-0\"", "\"server-2\"", "\"\"", "{}", $"[{id}]"])
            .Select(stray => $$$"""{"jsonrpc":"2.0","id":{{{stray}}},"result":{"roots":[{"uri":"file:///stray"}]}}"""));
        await session.SendAsync("""{"jsonrpc":"2.0","result":{"roots":[]}}""", $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":3,"result":{}}""");
        Assert.Equal(-32600, (await session.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Empty(await session.CollectAsync());
        await AnswerAsync(question, "file:///a");
        await AnswerAsync(question, "file:///again");

        Assert.Equal("/a", await ReadAsync());
        Assert.Empty(await session.CollectAsync());
    }

    [Fact]
    public async Task A_client_that_sends_very_much_before_it_answers_is_served_meanwhile()
    {
        await session.HandshakeAsync(capabilities: Declared);
        var question = await CallAsync();
        var longId = new string('x', 10_000);

        // More answers than are kept for a client that does not read.
        var sending = SendAsync();
        var answers = await session.ReadManyAsync(301);
        await sending;

        Assert.Single(answers, answer => McpSession.IdOf(answer) == $"{lastCall}");

        async Task SendAsync()
        {
            await session.SendAsync(Enumerable.Range(0, 300).Select(number => McpSession.Request($"\"{longId}{number}\"", "ping")));
            await AnswerAsync(question, "file:///a");
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_the_client_is_asked_is_not_answered_and_others_get_the_answer()
    {
        await session.HandshakeAsync(capabilities: Declared);
        var question = await CallAsync();
        await session.SendAsync(
            McpSession.Request(200, "tools/call", RootsTool.Call),
            $$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{lastCall}}}}}""");

        await AnswerAsync(question, "file:///a");
        var answer = await session.ReadAsync();

        Assert.Equal(("200", "/a"), (McpSession.IdOf(answer), RootsTool.TextOf(answer)));
        Assert.Empty(await session.CollectAsync());
    }

    [Fact]
    public async Task The_end_of_the_input_ends_the_wait_and_the_call_is_answered()
    {
        await session.HandshakeAsync(capabilities: Declared);
        await CallAsync();

        var rest = await session.FinishAsync();

        Assert.Equal("sends nothing more", RootsTool.TextOf(Assert.Single(rest)));
    }

    [Fact]
    public async Task A_later_handshake_forgets_what_the_earlier_one_declared()
    {
        await session.HandshakeAsync(capabilities: Declared);
        await AnswerAsync(await CallAsync(), "file:///a");
        await ReadAsync();

        await session.HandshakeAsync(capabilities: Declared);
        await AnswerAsync(await CallAsync(), "file:///b");
        var asked = await ReadAsync();
        await session.HandshakeAsync();

        Assert.Equal("/b", asked);
        Assert.Equal("", RootsTool.TextOf(await session.AskAsync("tools/call", RootsTool.Call)));
    }

    [Fact]
    public async Task A_call_in_a_batch_asks_beside_it()
    {
        await session.HandshakeAsync("2025-03-26", Declared);

        var question = await session.ExchangeAsync($"[{McpSession.Request(200, "tools/call", RootsTool.Call)},{McpSession.Request(201, "ping")}]");
        await SendAnswerAsync(question, "\"result\":{\"roots\":[{\"uri\":\"file:///a\"}]}", batched: true);

        var answers = (await session.ReadAsync()).EnumerateArray().ToList();
        Assert.Equal(["201", "200"], answers.Select(McpSession.IdOf));
        Assert.Equal("/a", RootsTool.TextOf(answers[1]));
    }

    /// <returns>The question to the client.</returns>
    private async Task<JsonElement> CallAsync()
    {
        var question = await session.ExchangeAsync(McpSession.Request(++lastCall, "tools/call", RootsTool.Call));
        Assert.Equal("roots/list", question.GetProperty("method").GetString());
        return question;
    }

    private Task AnswerAsync(JsonElement question, params IEnumerable<string> uris) =>
        SendAnswerAsync(question, "\"result\":{\"roots\":[" + string.Join(',', uris.Select(uri => $"{{\"uri\":\"{uri}\"}}")) + "]}");

    /// <param name="answer">A member, as JSON.</param>
    private Task SendAnswerAsync(JsonElement question, string answer, bool batched = false)
    {
        var line = $$"""{"jsonrpc":"2.0","id":{{McpSession.IdOf(question)}},{{answer}}}""";
        return session.SendAsync(batched ? $"[{line}]" : line);
    }

    private async Task<string> ReadAsync() => RootsTool.TextOf(await session.ReadAsync());
}
