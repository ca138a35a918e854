namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // RPC-01
    [Theory]
    [InlineData("{broken")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping" """)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping",}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,/* no */"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":NaN,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"} {"jsonrpc":"2.0","id":2,"method":"ping"}""")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\tng\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\0ng\"}")]
    [InlineData("hello")]
    [InlineData("[1,")]
    public async Task Text_that_is_no_JSON_gets_exactly_one_parse_error(string line)
    {
        await using var session = await StartAsync();

        await session.SendAsync(line);

        AssertError(-32700, null, await session.ReadAsync());
        await AssertAliveAsync(session);
    }

    // RPC-02
    [Theory]
    [InlineData("2024-11-05", "null")]
    [InlineData("2025-03-26", "null")]
    [InlineData("2025-06-18", "null")]
    [InlineData("2025-11-25", null)]
    public async Task An_unreadable_id_is_null_in_old_versions_and_left_out_in_new_ones(string version, string? id)
    {
        await using var session = await StartAsync(version);

        AssertError(-32700, id, await session.ExchangeAsync("{broken"));
        AssertError(-32600, id, await session.ExchangeAsync("""{"jsonrpc":"2.0","id":true,"method":"ping"}"""));
    }

    // RPC-03
    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    [InlineData("0")]
    [InlineData("-7")]
    [InlineData("9007199254740993")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("\"\"")]
    [InlineData("\"\\u00e9\\n\\\"\"")]
    [InlineData("\"日本語😀\"")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("100e-2")]
    public async Task The_answer_carries_the_id_as_it_came(string id)
    {
        await using var session = await StartAsync();

        await session.SendAsync(McpSession.Request(id, "ping"));

        Assert.StartsWith($$"""{"jsonrpc":"2.0","id":{{id}},""", await session.ReadLineAsync(), StringComparison.Ordinal);
    }

    // RPC-03
    [Fact]
    public async Task An_id_of_10000_characters_comes_back()
    {
        await using var session = await StartAsync();
        var id = $"\"{new string('é', 10_000)}\"";

        var answer = await session.ExchangeAsync(McpSession.Request(id, "ping"));

        Assert.Equal(id, McpSession.IdOf(answer));
    }

    // RPC-04
    [Theory]
    [InlineData("null")]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public async Task An_id_that_cannot_be_one_is_an_invalid_request(string id)
    {
        await using var session = await StartAsync();

        AssertError(-32600, null, await session.ExchangeAsync(McpSession.Request(id, "initialize", McpSession.InitializeParams("2025-06-18"))));

        // It was not executed: a handshake would have made null ids of this.
        AssertError(-32700, null, await session.ExchangeAsync("{broken"));
    }

    // RPC-05
    [Fact]
    public async Task An_answered_id_can_be_used_again()
    {
        await using var session = await StartAsync("2025-11-25");

        for (var time = 0; time < 500; time++)
        {
            var answer = await session.ExchangeAsync(McpSession.Request(5, "tools/call", BadCall.Call));
            Assert.True(answer.TryGetProperty("result", out _));
        }
    }

    // RPC-05
    [Fact]
    public async Task A_second_request_with_an_id_in_flight_leaves_the_first_alone()
    {
        await using var session = await StartAsync("2025-11-25");
        var wait = await PrepareWaitAsync(session);
        await session.SendAsync(McpSession.Request(500, "tools/call", wait));

        var second = await session.ExchangeAsync(McpSession.Request(500, "tools/call", wait));

        AssertError(-32600, "500", second);
        Assert.Empty(await session.FinishAsync());
    }

    // RPC-05
    [Fact]
    public async Task Two_id_members_get_one_answer()
    {
        await using var session = await StartAsync();
        session.Announce(McpSession.Request(1, "ping"));

        await session.SendAsync("""{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}""");

        Assert.Contains(McpSession.IdOf(await session.ReadAsync()), new[] { "1", "2" });
        await AssertAliveAsync(session);
    }

    // RPC-06
    [Theory]
    [InlineData("""{"id":7,"method":"ping"}""", "7")]
    [InlineData("""{"jsonrpc":"1.0","id":7,"method":"ping"}""", "7")]
    [InlineData("""{"jsonrpc":2.0,"id":7,"method":"ping"}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":5}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":null}""", "7")]
    [InlineData("{}", null)]
    [InlineData("5", null)]
    [InlineData("\"ping\"", null)]
    [InlineData("null", null)]
    [InlineData("true", null)]
    public async Task What_is_no_request_is_refused_with_its_id_where_it_has_one(string line, string? id)
    {
        await using var session = await StartAsync();

        AssertError(-32600, id, await session.ExchangeAsync(line));
        await AssertAliveAsync(session);
    }

    // RPC-07
    [Theory]
    [InlineData("[]")]
    [InlineData("[{\"name\":1}]")]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("false")]
    public async Task Params_that_are_no_object_are_invalid(string parameters)
    {
        await using var session = await StartAsync("2025-11-25");

        AssertError(-32602, "70", await session.ExchangeAsync(McpSession.Request(70, "tools/list", parameters)));
    }

    // RPC-07
    [Fact]
    public async Task Null_params_are_absent_params()
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.True((await session.AskAsync("tools/list", "null")).TryGetProperty("result", out _));
    }

    // RPC-08, LEG-12
    [Theory]
    [InlineData("no/such")]
    [InlineData("Ping")]
    [InlineData("ping ")]
    [InlineData("tools/list/")]
    [InlineData("tools")]
    [InlineData("")]
    [InlineData("resources/list")]
    [InlineData("server/discover")]
    [InlineData("subscriptions/listen")]
    [InlineData("tasks/list")]
    public async Task An_unknown_method_is_not_found(string method)
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.Equal(-32601, CodeOf(await session.AskAsync(method)));
    }

    // RPC-09
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"no/such"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}""")]
    public async Task A_notification_is_never_answered(string line)
    {
        await using var session = await StartAsync();

        await session.SendAsync(line);

        await AssertAliveAsync(session);
        Assert.Equal(-32602, CodeOf(await session.AskAsync("tools/list")));
    }

    // RPC-09
    [Fact]
    public async Task A_notification_method_with_an_id_is_an_unknown_request()
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.Equal(-32601, CodeOf(await session.AskAsync("notifications/initialized")));
    }

    // RPC-10
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}""")]
    public async Task A_stray_response_is_dropped(string line)
    {
        await using var session = await StartAsync();

        await session.SendAsync(line);

        await AssertAliveAsync(session);
    }

    // RPC-11
    [Fact]
    public async Task A_batch_is_answered_with_one_array_in_2025_03_26()
    {
        await using var session = await StartAsync("2025-03-26");

        var answer = await session.ExchangeAsync(
            $$"""[{"jsonrpc":"2.0","id":91,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":92,"method":"tools/call","params":{{BadCall.Call}}},1,{"jsonrpc":"2.0","id":93,"method":"no/such"}]""");

        var answers = answer.EnumerateArray().ToDictionary(member => McpSession.IdOf(member) ?? "none");
        Assert.Equal(["91", "92", "93", "null"], answers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(-32600, CodeOf(answers["null"]));
        Assert.Equal(-32601, CodeOf(answers["93"]));
        Assert.True(answers["92"].GetProperty("result").GetProperty("isError").GetBoolean());
    }

    // RPC-11
    [Fact]
    public async Task A_batch_of_notifications_yields_nothing()
    {
        await using var session = await StartAsync("2025-03-26");

        await session.SendAsync("""[{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":1,"result":{}}]""");

        await AssertAliveAsync(session);
    }

    // RPC-11
    [Fact]
    public async Task An_empty_batch_is_one_invalid_request()
    {
        await using var session = await StartAsync("2025-03-26");

        AssertError(-32600, "null", await session.ExchangeAsync("[]"));
        await AssertAliveAsync(session);
    }

    // RPC-11
    [Fact]
    public async Task Initialize_is_refused_in_a_batch()
    {
        await using var session = await StartAsync("2025-03-26");

        var answer = await session.ExchangeAsync($"[{McpSession.Request(95, "initialize", McpSession.InitializeParams("2025-11-25"))}]");

        AssertError(-32600, "95", Assert.Single(answer.EnumerateArray()));
    }

    // RPC-11, CAN-04
    [Fact]
    public async Task A_cancelled_member_does_not_hold_up_its_batch()
    {
        await using var session = await StartAsync("2025-03-26");
        var wait = await PrepareWaitAsync(session);
        await session.SendAsync($"[{McpSession.Request(96, "tools/call", wait)},{McpSession.Request(97, "ping")}]");

        var answer = await session.ExchangeAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":96}}""");

        Assert.Equal("97", McpSession.IdOf(Assert.Single(answer.EnumerateArray())));
    }

    // RPC-12
    [Theory]
    [InlineData(null)]
    [InlineData("2024-11-05")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task An_array_is_one_invalid_request_in_other_versions(string? version)
    {
        await using var session = version is null ? await StartAsync() : await StartAsync(version);

        var answer = await session.ExchangeAsync("""[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]""");

        Assert.Equal(-32600, CodeOf(answer));
        await AssertAliveAsync(session);
    }
}
