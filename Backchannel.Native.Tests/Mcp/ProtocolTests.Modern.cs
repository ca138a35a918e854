using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // MOD-01, MOD-02, MOD-07, MOD-10
    [Fact]
    public async Task Discover_names_version_capabilities_and_server()
    {
        await using var session = await StartAsync();

        var result = (await session.AskModernAsync("server/discover")).GetProperty("result");

        Assert.Equal("""["2026-07-28"]""", result.GetProperty("supportedVersions").GetRawText());
        Assert.Equal("""{"completions":{},"extensions":{"io.modelcontextprotocol/tasks":{}},"prompts":{},"tools":{}}""", result.GetProperty("capabilities").GetRawText());
        Assert.NotEqual("", result.GetProperty("instructions").GetString());
        AssertCacheable(result);
    }

    // MOD-03
    [Theory]
    [InlineData("server/discover")]
    [InlineData("tools/list")]
    [InlineData("no/such")]
    public async Task An_incomplete_envelope_is_invalid_whatever_the_method(string method)
    {
        await using var session = await StartAsync();
        string[] envelopes =
        [
            "{}",
            """{"_meta":5}""",
            """{"_meta":{}}""",
            Meta("'io.modelcontextprotocol/clientCapabilities':{}"),
            Meta("'io.modelcontextprotocol/protocolVersion':5,'io.modelcontextprotocol/clientCapabilities':{}"),
            Meta("'io.modelcontextprotocol/protocolVersion':'2026-07-28'"),
            Meta("'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':[]"),
            """{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"}}}""",
        ];

        foreach (var envelope in envelopes)
        {
            var answer = await session.AskAsync(method, envelope);
            Assert.True(CodeOf(answer) == -32602, $"{envelope}: {answer}");
        }

        Assert.True((await session.AskModernAsync("tools/list")).TryGetProperty("result", out _));
    }

    // MOD-03
    [Fact]
    public async Task Client_info_is_optional()
    {
        await using var session = await StartAsync();
        var request = Meta("'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{}");

        Assert.True((await session.AskAsync("server/discover", request)).TryGetProperty("result", out _));
    }

    // MOD-04, MOD-05
    [Theory]
    [InlineData("2099-01-01")]
    [InlineData("2025-11-25")]
    [InlineData("")]
    public async Task A_version_that_is_not_served_is_refused_with_those_that_are(string version)
    {
        await using var session = await StartAsync();
        var request = Meta("'io.modelcontextprotocol/protocolVersion':'VERSION'".Replace("VERSION", version, StringComparison.Ordinal));

        var answer = await session.AskAsync("server/discover", request);

        Assert.Equal(-32022, CodeOf(answer));
        var data = answer.GetProperty("error").GetProperty("data");
        Assert.Equal(version, data.GetProperty("requested").GetString());
        Assert.Equal("""["2026-07-28"]""", data.GetProperty("supported").GetRawText());
    }

    // MOD-06
    [Theory]
    [InlineData("initialize")]
    [InlineData("ping")]
    [InlineData("logging/setLevel")]
    [InlineData("resources/subscribe")]
    [InlineData("resources/unsubscribe")]
    [InlineData("tasks/list")]
    [InlineData("tasks/result")]
    [InlineData("resources/list")]
    public async Task What_the_modern_version_does_not_have_is_not_found(string method)
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.Equal(-32601, CodeOf(await session.AskModernAsync(method)));
    }

    // MOD-07
    [Fact]
    public async Task The_modern_tool_list_says_how_long_it_may_be_kept()
    {
        await using var session = await StartAsync();

        AssertCacheable((await session.AskModernAsync("tools/list")).GetProperty("result"));
    }

    // MOD-07, MOD-08
    [Fact]
    public async Task A_tool_call_may_be_the_first_message_and_its_result_is_not_cacheable()
    {
        await using var session = await StartAsync();

        var result = (await session.AskModernAsync("tools/call", BadCall.Call[1..^1])).GetProperty("result");

        Assert.False(result.TryGetProperty("ttlMs", out _));
        Assert.False(result.TryGetProperty("cacheScope", out _));
    }

    // MOD-08
    [Theory]
    [InlineData("{broken", true)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"no/such"}""", true)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", false)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", false)]
    public async Task A_first_message_that_leads_nowhere_decides_nothing(string line, bool isAnswered)
    {
        await using var session = await StartAsync();

        await session.SendAsync(line);

        Assert.Equal(isAnswered ? 1 : 0, (await session.CollectAsync()).Count);
        Assert.True((await session.AskModernAsync("tools/list")).TryGetProperty("result", out _));
        Assert.Equal("2024-11-05", (await session.HandshakeAsync("2024-11-05")).GetProperty("protocolVersion").GetString());
    }

    // MOD-09
    [Fact]
    public async Task Unknown_and_broken_meta_keys_are_ignored_in_both_eras()
    {
        await using var session = await StartAsync("2025-11-25");
        var more = """
            "com.example/x":[1],"io.modelcontextprotocol/new":5,"io.modelcontextprotocol/related-task":{"taskId":"1"},"traceparent":"broken","tracestate":5,"baggage":{}
            """.Trim();

        var legacy = await session.AskAsync("tools/list", "{\"_meta\":{" + more + "}}");
        await session.SendAsync(McpSession.ModernRequest(600, "tools/list").Replace("\"_meta\":{", "\"_meta\":{" + more + ","));
        var modern = await session.ReadAsync();

        Assert.False(legacy.GetProperty("result").TryGetProperty("resultType", out _));
        Assert.True(modern.GetProperty("result").TryGetProperty("resultType", out _));
    }

    // MOD-11, MOD-12
    [Fact]
    public async Task A_modern_request_inside_a_handshake_session_changes_nothing()
    {
        await using var session = await StartAsync("2024-11-05");
        var before = await session.AskAsync("tools/list");

        var modern = await session.AskModernAsync("tools/list");
        var after = await session.AskAsync("tools/list");

        Assert.True(modern.GetProperty("result").TryGetProperty("resultType", out _));
        Assert.Equal(before.GetProperty("result").GetRawText(), after.GetProperty("result").GetRawText());
    }

    // MOD-11
    [Fact]
    public async Task A_handshake_works_after_a_discover_and_a_refused_probe()
    {
        await using var session = await StartAsync();

        await session.AskModernAsync("server/discover");
        await session.AskAsync("server/discover", Meta("'io.modelcontextprotocol/protocolVersion':'2099-01-01'"));

        Assert.Equal("2025-03-26", (await session.HandshakeAsync("2025-03-26")).GetProperty("protocolVersion").GetString());
    }

    // LOG-03
    [Fact]
    public async Task An_unknown_log_level_in_the_envelope_is_invalid()
    {
        await using var session = await StartAsync();

        await session.SendAsync(McpSession.ModernRequest(1, "tools/list").Replace("\"_meta\":{", "\"_meta\":{\"io.modelcontextprotocol/logLevel\":\"loud\","));

        Assert.Equal(-32602, CodeOf(await session.ReadAsync()));
    }

    // RPC-12
    [Fact]
    public async Task A_modern_request_in_a_batch_is_refused()
    {
        await using var session = await StartAsync("2025-03-26");

        var answer = await session.ExchangeAsync($"[{McpSession.ModernRequest(610, "tools/list")}]");

        AssertError(-32600, "610", Assert.Single(answer.EnumerateArray()));
    }

    /// <summary>Params with nothing but these members, in single quotes for legibility, in their envelope.</summary>
    private static string Meta(string members) => "{\"_meta\":{" + members.Replace('\'', '"') + "}}";

    private static void AssertCacheable(JsonElement result)
    {
        Assert.InRange(result.GetProperty("ttlMs").GetInt64(), 0, long.MaxValue);
        Assert.Equal("public", result.GetProperty("cacheScope").GetString());
    }
}
