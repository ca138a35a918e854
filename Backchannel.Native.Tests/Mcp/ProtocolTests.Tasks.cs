using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // TASK-01
    [Fact]
    public async Task Only_a_call_whose_own_request_declares_the_extension_becomes_a_task()
    {
        await using var session = await StartAsync();
        var wait = (await PrepareWaitAsync(session))[1..^1];

        var declared = await session.AskWithTasksAsync("tools/call", wait);
        await session.SendAsync(McpSession.ModernRequest(700, "tools/call", wait));
        var undeclared = await session.CollectAsync();

        Assert.Equal("task", declared.GetProperty("result").GetProperty("resultType").GetString());
        Assert.Empty(undeclared);
    }

    // TASK-01
    [Theory]
    [InlineData("""{"extensions":{}}""")]
    [InlineData("""{"extensions":[]}""")]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/tasks":null}}""")]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/Tasks":{}}}""")]
    [InlineData("""{"tasks":{},"io.modelcontextprotocol/tasks":{}}""")]
    public async Task What_looks_like_the_extension_does_not_declare_it(string capabilities)
    {
        await using var session = await StartAsync();
        var wait = (await PrepareWaitAsync(session))[1..^1];

        await session.SendAsync(McpSession.ModernRequest(700, "tools/call", wait, capabilities));
        Assert.Empty(await session.CollectAsync());
        await session.SendAsync(McpSession.ModernRequest(701, "tasks/get", """ "taskId":"x" """, capabilities));

        AssertError(-32021, "701", await session.ReadAsync());
    }

    // TASK-01, TASK-05
    [Fact]
    public async Task A_call_that_can_be_answered_at_once_is_answered_as_ever()
    {
        await using var session = await StartAsync();

        var refused = await session.AskWithTasksAsync("tools/call", BadCall.Call[1..^1]);

        Assert.Equal("complete", refused.GetProperty("result").GetProperty("resultType").GetString());
        Assert.True(refused.GetProperty("result").GetProperty("isError").GetBoolean());
    }

    // TASK-02
    [Theory]
    [InlineData("tasks/get", """ "taskId":"x" """)]
    [InlineData("tasks/update", """ "taskId":"x","inputResponses":{} """)]
    [InlineData("tasks/cancel", """ "taskId":"x" """)]
    [InlineData("subscriptions/listen", """ "notifications":{"taskIds":["x"]} """)]
    [InlineData("subscriptions/listen", """ "notifications":{"taskIds":[]} """)]
    public async Task Methods_of_the_extension_name_the_capability_that_a_request_does_not_declare(string method, string members)
    {
        await using var session = await StartAsync();

        // The message is checked against the schema wherever it comes.
        Assert.Equal(-32021, CodeOf(await session.AskModernAsync(method, members)));
    }

    // TASK-03, RPC-07
    [Theory]
    [InlineData("tasks/get", "")]
    [InlineData("tasks/get", """ "taskId":5 """)]
    [InlineData("tasks/get", """ "taskId":null """)]
    [InlineData("tasks/get", """ "taskId":["x"] """)]
    [InlineData("tasks/get", """ "taskId":"" """)]
    [InlineData("tasks/get", """ "taskId":"x" """)]
    [InlineData("tasks/get", """ "taskId":"\ud800" """)]
    [InlineData("tasks/get", """ "taskId":"786512e2-9e0d-44bd-8f29-789f320fe840" """)]
    [InlineData("tasks/update", """ "inputResponses":{} """)]
    [InlineData("tasks/update", """ "taskId":"x","inputResponses":{} """)]
    [InlineData("tasks/update", """ "taskId":"x" """)]
    [InlineData("tasks/update", """ "taskId":"x","inputResponses":[] """)]
    [InlineData("tasks/cancel", "")]
    [InlineData("tasks/cancel", """ "taskId":"x" """)]
    [InlineData("subscriptions/listen", """ "notifications":{"taskIds":"x"} """)]
    [InlineData("subscriptions/listen", """ "notifications":{"taskIds":{}} """)]
    [InlineData("subscriptions/listen", """ "notifications":{"taskIds":["x",5]} """)]
    public async Task Missing_unknown_and_malformed_ids_are_invalid(string method, string members)
    {
        await using var session = await StartAsync();

        Assert.Equal(-32602, CodeOf(await session.AskWithTasksAsync(method, string.IsNullOrWhiteSpace(members) ? null : members)));
        await AssertAliveAsync(session);
    }

    // TASK-03, TASK-08
    [Fact]
    public async Task An_id_that_was_changed_anywhere_is_unknown()
    {
        await using var session = await StartAsync();
        var id = await StartTaskAsync(session);
        List<string> changed = [.. Enumerable.Range(0, id.Length).Where(static place => place % 7 == 0).Select(place => $"{id[..place]}{(id[place] == 'A' ? 'B' : 'A')}{id[(place + 1)..]}")];
        changed.AddRange([id[..^1], id[1..], id + "A", id + "=", id[..^24], id[..10], new string('A', 10_000), id + id, id.ToUpperInvariant()]);

        foreach (var unknown in changed)
        {
            foreach (var method in (string[])["tasks/get", "tasks/cancel"])
            {
                var answer = await session.AskWithTasksAsync(method, $""" "taskId":"{unknown}" """);
                Assert.True(CodeOf(answer) == -32602, $"{unknown}: {answer}");
            }
        }

        Assert.Equal("working", await StatusAsync(session, id));
    }

    // TASK-04, MOD-06
    [Theory]
    [InlineData("tasks/result")]
    [InlineData("tasks/list")]
    [InlineData("tasks/create")]
    [InlineData("Tasks/get")]
    public async Task Methods_that_the_extension_does_not_have_are_not_found(string method)
    {
        await using var session = await StartAsync();

        Assert.Equal(-32601, CodeOf(await session.AskWithTasksAsync(method, """ "taskId":"x" """)));
    }

    // TASK-05, TASK-06
    [Fact]
    public async Task A_task_is_found_as_soon_as_it_is_made_and_says_when_to_ask_again()
    {
        await using var session = await StartAsync();
        var wait = (await PrepareWaitAsync(session))[1..^1];

        var made = (await session.AskWithTasksAsync("tools/call", wait)).GetProperty("result");
        var id = made.GetProperty("taskId").GetString();
        var found = (await session.AskWithTasksAsync("tasks/get", $""" "taskId":"{id}" """)).GetProperty("result");

        Assert.Equal("working", found.GetProperty("status").GetString());
        foreach (var member in (string[])["taskId", "createdAt", "ttlMs", "pollIntervalMs"])
        {
            Assert.Equal(made.GetProperty(member).GetRawText(), found.GetProperty(member).GetRawText());
        }

        Assert.InRange(found.GetProperty("pollIntervalMs").GetInt32(), 100, 1000);
    }

    // TASK-06, TASK-07
    [Fact]
    public async Task A_cancelled_task_stays_cancelled_and_may_be_cancelled_again()
    {
        await using var session = await StartAsync();
        var id = await StartTaskAsync(session);

        await session.AskWithTasksAsync("tasks/cancel", $""" "taskId":"{id}" """);
        var first = await StatusAsync(session, id);
        await session.AskWithTasksAsync("tasks/cancel", $""" "taskId":"{id}" """);

        Assert.Equal(("cancelled", "cancelled"), (first, await StatusAsync(session, id)));
    }

    // TASK-07
    [Fact]
    public async Task An_update_is_acknowledged_and_changes_nothing()
    {
        await using var session = await StartAsync();
        var id = await StartTaskAsync(session);

        // The acknowledgement is checked to be empty wherever it comes.
        var answer = await session.AskWithTasksAsync(
            "tasks/update", $$$""" "taskId":"{{{id}}}","inputResponses":{"nobody-asked":{"action":"accept"}},"unknown":[1,{"deep":null}] """);

        Assert.True(answer.TryGetProperty("result", out _));
        Assert.Equal("working", await StatusAsync(session, id));
    }

    // TASK-07, CAN-06
    [Fact]
    public async Task A_cancellation_of_the_request_does_not_cancel_the_task()
    {
        await using var session = await StartAsync();
        var wait = (await PrepareWaitAsync(session))[1..^1];

        var made = await session.ExchangeAsync(McpSession.ModernRequest(710, "tools/call", wait, McpSession.TakesTasks));
        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":710}}""");

        Assert.Equal("working", await StatusAsync(session, made.GetProperty("result").GetProperty("taskId").GetString()!));
    }

    // TASK-08
    [Fact]
    public async Task A_task_is_known_to_another_process_and_each_has_an_id_of_its_own()
    {
        await using var session = await StartAsync();
        var wait = (await PrepareWaitAsync(session))[1..^1];
        var made = new HashSet<string>();
        for (var call = 0; call < 10; call++)
        {
            made.Add(IdOfTask(await session.AskWithTasksAsync("tools/call", wait)));
        }

        await using var other = await StartAsync();

        Assert.Equal(10, made.Count);
        Assert.Equal("working", await StatusAsync(other, made.First()));
    }

    // TASK-09, SUB-01
    [Fact]
    public async Task A_stream_names_the_tasks_that_it_tells_of_and_tells_how_they_stand_and_end()
    {
        await using var session = await StartAsync();
        var id = await StartTaskAsync(session);

        await session.SendAsync(McpSession.ModernRequest(
            "\"listen:0\"", "subscriptions/listen", $$""" "notifications":{"taskIds":["{{id}}","unknown"],"toolsListChanged":true} """, McpSession.TakesTasks));
        var acknowledged = await session.ReadAsync();
        var first = await session.ReadAsync();
        await session.SendAsync(McpSession.ModernRequest(720, "tasks/cancel", $""" "taskId":"{id}" """, McpSession.TakesTasks));
        var later = new[] { await session.ReadAsync(), await session.ReadAsync() };

        Assert.Equal($$"""{"taskIds":["{{id}}"]}""", acknowledged.GetProperty("params").GetProperty("notifications").GetRawText());
        Assert.Equal("working", first.GetProperty("params").GetProperty("status").GetString());
        var last = Assert.Single(later, static message => message.TryGetProperty("method", out _)).GetProperty("params");
        Assert.Equal((id, "cancelled"), (last.GetProperty("taskId").GetString(), last.GetProperty("status").GetString()));
        Assert.Equal("listen:0", last.GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetString());
        await AssertAliveAsync(session);
    }

    // TASK-10
    [Theory]
    [MemberData(nameof(LegacyVersions))]
    public async Task A_handshake_version_has_no_tasks_whatever_is_declared(string version)
    {
        await using var session = await StartAsync();
        var wait = await PrepareWaitAsync(session);
        var before = await session.HandshakeAsync(version, McpSession.TakesTasks);

        await session.SendAsync(McpSession.Request(730, "tools/call", wait[..^1] + ""","task":{"ttl":60000}}"""));
        var answers = await session.CollectAsync();

        Assert.False(before.GetProperty("capabilities").TryGetProperty("extensions", out _));
        Assert.False(before.GetProperty("capabilities").TryGetProperty("tasks", out _));
        Assert.Empty(answers);
        Assert.Equal(-32601, CodeOf(await session.AskAsync("tasks/get", """{"taskId":"x"}""")));
    }

    // TASK-10
    [Fact]
    public async Task The_parameter_of_the_older_tasks_is_ignored()
    {
        await using var session = await StartAsync();
        var call = BadCall.Call[1..^1] + ""","task":{"ttl":60000,"pollInterval":100}""";

        foreach (var answer in (JsonElement[])[await session.AskModernAsync("tools/call", call), await session.AskWithTasksAsync("tools/call", call)])
        {
            Assert.Equal("complete", answer.GetProperty("result").GetProperty("resultType").GetString());
        }
    }

    private async Task<string> StartTaskAsync(McpSession session) =>
        IdOfTask(await session.AskWithTasksAsync("tools/call", (await PrepareWaitAsync(session))[1..^1]));

    private static string IdOfTask(JsonElement answer) => answer.GetProperty("result").GetProperty("taskId").GetString()!;

    private static async Task<string?> StatusAsync(McpSession session, string id) =>
        (await session.AskWithTasksAsync("tasks/get", $""" "taskId":"{id}" """)).GetProperty("result").GetProperty("status").GetString();
}
