using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>What goes wrong, as the caller of a tool sees it: one effect at most, an answer that says what to do, and the session goes on.</summary>
public sealed class FaultTests : IDisposable
{
    private const string Post = """{"channel":"jobs","content":"hello"}""";

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    public static TheoryData<string> PassingFaults => ["reset before", "reset after", "500", "502", "503", "429", "truncated", "HTML", "wrong type"];

    public static TheoryData<string, string> LastingFaults => new()
    {
        { "reset before", "[unreachable]" },
        { "reset after", "[unreachable]" },
        { "500", "[500 internal_server_error]" },
        { "502", "[502 unusable_answer]" },
        { "503", "[503 storage_unavailable]" },
        { "429", "[429 rate_limit_exceeded]" },
        { "truncated", "[unusable_answer]" },
        { "HTML", "[200 unusable_answer]" },
        { "wrong type", "[200 unusable_answer]" },
        { "endless", "[200 unusable_answer]" },
    };

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task A_fault_that_passes_leaves_one_task(string fault)
    {
        var left = 2;
        await using var server = new MisbehavingServer(request =>
            Answer(request, () => Interlocked.Decrement(ref left) >= 0 ? Fault(fault) : Reply.Json(201, ClientTest.PostedJson)));
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent", server.Address.ToString());

        var posted = await agent.CallAsync("post_task", Post);

        Assert.Equal("m-1", posted.Text("message_id"));
        Assert.Equal(1, server.Effects);
    }

    [Theory]
    [MemberData(nameof(LastingFaults))]
    public async Task A_fault_that_lasts_is_an_answer_of_two_lines_and_one_effect_at_most(string fault, string expected)
    {
        await using var server = new MisbehavingServer(request => Answer(request, () => Fault(fault)));
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent", server.Address.ToString());

        var text = await FailAsync(agent, "post_task", Post);

        Assert.StartsWith($"Backchannel error {expected}: ", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split('\n').Length);
        Assert.InRange(server.Effects, 0, 1);
        await agent.RequestAsync("ping", "{}");
    }

    [Fact]
    public async Task A_bus_that_is_not_there_is_an_answer_that_names_the_setting()
    {
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent", "http://127.0.0.1:1");

        var text = await FailAsync(agent, "post_task", Post);

        Assert.StartsWith("Backchannel error [unreachable]: ", text, StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_BASE_URL", text, StringComparison.Ordinal);
        await agent.RequestAsync("ping", "{}");
    }

    [Theory]
    [InlineData("post_task", """{"channel":"jobs"}""", "Missing parameter content, which is required: The whole task")]
    [InlineData("post_task", """{"channel":"jobs","content":"x","chanel":"y"}""", "did you mean channel?")]
    [InlineData("claim_task", """{"channel":"jobs","lease_seconds":5}""", "allowed: integer 30 to 3600")]
    [InlineData("await_result", """{"channel":"nobody-made-this","message_id":"m"}""", "Backchannel error [404 channel_not_found]")]
    [InlineData("ack_task", """{"message_id":"nope"}""", "Backchannel error [404 message_not_found]")]
    [InlineData("release_task", """{"message_id":"nope"}""", "Backchannel error [404 message_not_found]")]
    public async Task A_wrong_call_is_answered_and_the_session_goes_on(string tool, string arguments, string expected)
    {
        await using var bus = await TestBus.StartAsync();
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent", bus.BaseUrl);

        var text = await FailAsync(agent, tool, arguments);

        Assert.Contains(expected, text, StringComparison.Ordinal);
        await agent.CallAsync("post_task", Post);
    }

    [Fact]
    public async Task Output_of_two_commands_into_one_file_is_kept_whole()
    {
        var file = Path.Combine(home.Path, "out.txt");
        var script = $"('{PublishedExecutable.Path}' --version; '{PublishedExecutable.Path}' call nope; '{PublishedExecutable.Path}' call list-channels --limit many) >'{file}' 2>&1";

        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", script]);
        await shell.WaitForExitAsync().Within();

        var lines = await File.ReadAllLinesAsync(file);
        Assert.Matches(@"^\d+\.\d+\.\d+", lines[0]);
        Assert.StartsWith("backchannel-mcp: there is no tool 'nope'.", lines[1], StringComparison.Ordinal);
        Assert.Contains("Wrong parameter limit: got \"many\"; allowed: integer 1 to 100.", lines);
    }

    private static async Task<string> FailAsync(AgentProcess agent, string tool, string arguments)
    {
        var result = await agent.CallRawAsync(tool, arguments);
        Assert.True(result.GetProperty("isError").GetBoolean());
        return result.GetProperty("content")[0].Text("text");
    }

    /// <summary>A bus that finds its channel, and does as the test says with what is posted there.</summary>
    private static Reply Answer(RecordedRequest request, Func<Reply> post) => (request.Method, request.Target) switch
    {
        ("POST", "/v1/keys") => MisbehavingServer.IssueKey(),
        ("GET", "/v1/channels/jobs") => Reply.Json(200, ClientTest.ChannelJson),
        ("POST", "/v1/channels/c-1/messages") => post(),
        _ => Reply.Error(404, "not_found"),
    };

    private static Reply Fault(string fault) => fault switch
    {
        "reset before" => Reply.ResetBeforeCommit,
        "reset after" => Reply.ResetAfterCommit,
        "500" => Reply.Error(500, "internal_server_error"),
        "502" => Reply.Answer(502, "text/html", "<html>bad gateway"),
        "503" => Reply.Error(503, "storage_unavailable"),
        "429" => Reply.Error(429, "rate_limit_exceeded", "Retry-After: 1"),
        "truncated" => Reply.BrokenOff(ClientTest.PostedJson),
        "HTML" => Reply.Answer(200, "text/html", "<html><body>Welcome"),
        "wrong type" => Reply.Answer(200, "text/plain", "all is well"),
        "endless" => Reply.Endless,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}
