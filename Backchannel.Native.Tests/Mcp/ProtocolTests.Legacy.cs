namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // LEG-01, LEG-02
    [Theory]
    [MemberData(nameof(LegacyVersions))]
    public async Task A_version_we_have_is_answered_with_itself(string version)
    {
        await using var session = await StartAsync();

        var result = await session.HandshakeAsync(version);

        Assert.Equal(version, result.GetProperty("protocolVersion").GetString());
        Assert.Equal("{}", result.GetProperty("capabilities").GetProperty("tools").GetRawText());
        Assert.Equal("backchannel-mcp", result.GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.NotEqual("", result.GetProperty("instructions").GetString());
        Assert.Equal(
            string.CompareOrdinal(version, "2025-06-18") >= 0, result.GetProperty("serverInfo").TryGetProperty("title", out _));
    }

    // LEG-03, LEG-04
    [Theory]
    [InlineData("2024-10-07")]
    [InlineData("2099-01-01")]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("2026-07-28")]
    public async Task A_version_no_handshake_can_select_is_answered_with_the_newest_one(string version)
    {
        await using var session = await StartAsync();

        var result = await session.HandshakeAsync(version);

        Assert.Equal("2025-11-25", result.GetProperty("protocolVersion").GetString());
    }

    // LEG-05
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"capabilities":{},"clientInfo":{"name":"a","version":"1"}}""")]
    [InlineData("""{"protocolVersion":5,"capabilities":{},"clientInfo":{"name":"a","version":"1"}}""")]
    [InlineData("""{"protocolVersion":"2025-11-25","clientInfo":{"name":"a","version":"1"}}""")]
    [InlineData("""{"protocolVersion":"2025-11-25","capabilities":[],"clientInfo":{"name":"a","version":"1"}}""")]
    [InlineData("""{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":"me"}""")]
    public async Task A_broken_initialize_is_refused_and_a_correct_one_works_afterwards(string? parameters)
    {
        await using var session = await StartAsync();

        var refused = await session.AskAsync("initialize", parameters);

        Assert.Equal(-32602, CodeOf(refused));
        Assert.Equal("2025-11-25", (await session.HandshakeAsync()).GetProperty("protocolVersion").GetString());
    }

    // LEG-06
    [Fact]
    public async Task Unknown_capabilities_and_members_are_ignored()
    {
        await using var session = await StartAsync();

        var answer = await session.AskAsync("initialize", """
            {"protocolVersion":"2024-11-05","capabilities":{"elicitation":{"form":{}},"tasks":{"list":{}},"extensions":{"x/y":{}},"new":5},"clientInfo":{"name":"a","title":"A","version":"1","icons":[{"src":"data:,"}]},"more":[1]}
            """.Trim());

        Assert.Equal("2024-11-05", answer.GetProperty("result").GetProperty("protocolVersion").GetString());
    }

    // LEG-07
    [Fact]
    public async Task Requests_pipelined_behind_initialize_are_served_after_it()
    {
        await using var session = await StartAsync();

        await session.SendAsync(
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
            McpSession.Request(301, "initialize", McpSession.InitializeParams("2025-06-18")),
            McpSession.Request(302, "tools/call", BadCall.Call),
            McpSession.Request(303, "tools/list"));

        var answers = await session.ReadManyAsync(3);
        Assert.Equal("301", McpSession.IdOf(answers[0]));
        Assert.All(answers, answer => Assert.True(answer.TryGetProperty("result", out _)));
    }

    // LEG-08
    [Fact]
    public async Task A_second_initialize_negotiates_afresh_and_leaves_requests_in_flight_alone()
    {
        await using var session = await StartAsync("2024-11-05");
        var wait = await PrepareWaitAsync(session);
        await session.SendAsync(McpSession.Request(310, "tools/call", wait));

        var result = await session.HandshakeAsync("2025-06-18");

        Assert.Equal("2025-06-18", result.GetProperty("protocolVersion").GetString());
        AssertError(-32600, "310", await session.ExchangeAsync(McpSession.Request(310, "tools/call", wait)));
    }

    // LEG-09
    [Fact]
    public async Task Before_the_handshake_only_ping_is_served()
    {
        await using var session = await StartAsync();

        AssertEmptyResult(await session.AskAsync("ping"));
        var list = await session.AskAsync("tools/list");
        var unknown = await session.AskAsync("no/such");

        Assert.Equal(-32602, CodeOf(list));
        Assert.Contains("io.modelcontextprotocol/protocolVersion", list.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(-32602, CodeOf(unknown));
        Assert.Equal("2025-11-25", (await session.HandshakeAsync()).GetProperty("protocolVersion").GetString());
    }

    // LEG-10, CON-02
    [Theory]
    [MemberData(nameof(LegacyVersions))]
    public async Task Ping_is_answered_with_nothing_while_64_tools_block(string version)
    {
        await using var session = await StartAsync(version);
        var wait = await PrepareWaitAsync(session);
        await session.SendAsync(Enumerable.Range(400, 64).Select(id => McpSession.Request(id, "tools/call", wait)));

        AssertEmptyResult(await session.AskAsync("ping"));
        Assert.True((await session.AskAsync("tools/list")).TryGetProperty("result", out _));
    }

    // LEG-13, TOOL-03: which field exists from which version
    [Theory]
    [InlineData("2024-11-05", false, false, false)]
    [InlineData("2025-03-26", true, false, false)]
    [InlineData("2025-06-18", true, true, true)]
    [InlineData("2025-11-25", true, true, true)]
    public async Task Tools_carry_only_fields_the_version_knows(string version, bool annotations, bool title, bool outputSchema)
    {
        await using var session = await StartAsync(version);

        var tools = (await session.AskAsync("tools/list")).GetProperty("result").GetProperty("tools");

        Assert.All(tools.EnumerateArray(), tool =>
        {
            Assert.Equal(annotations, tool.TryGetProperty("annotations", out _));
            Assert.Equal(title, tool.TryGetProperty("title", out _));
            Assert.Equal(outputSchema, tool.TryGetProperty("outputSchema", out _));
            Assert.False(tool.TryGetProperty("execution", out _));
        });
    }

    // LOG-01
    [Theory]
    [InlineData("debug")]
    [InlineData("info")]
    [InlineData("notice")]
    [InlineData("warning")]
    [InlineData("error")]
    [InlineData("critical")]
    [InlineData("alert")]
    [InlineData("emergency")]
    public async Task All_eight_log_levels_are_accepted(string level)
    {
        await using var session = await StartAsync("2025-06-18");

        AssertEmptyResult(await session.AskAsync("logging/setLevel", $$"""{"level":"{{level}}"}"""));
    }

    // LOG-01
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"level":"Debug"}""")]
    [InlineData("""{"level":"loud"}""")]
    [InlineData("""{"level":5}""")]
    public async Task An_unknown_or_missing_log_level_is_invalid(string? parameters)
    {
        await using var session = await StartAsync("2025-06-18");

        Assert.Equal(-32602, CodeOf(await session.AskAsync("logging/setLevel", parameters)));
    }

    // LEG-12
    [Theory]
    [MemberData(nameof(LegacyVersions))]
    public async Task Declared_capabilities_are_those_that_are_served(string version)
    {
        await using var session = await StartAsync();

        var capabilities = (await session.HandshakeAsync(version)).GetProperty("capabilities");

        Assert.Equal(version == "2024-11-05" ? ["logging", "prompts", "tools"] : ["completions", "logging", "prompts", "tools"], capabilities.EnumerateObject().Select(capability => capability.Name).Order());
    }
}
