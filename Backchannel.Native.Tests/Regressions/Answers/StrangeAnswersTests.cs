using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Regressions.Answers;

/// <summary>What another bus stores and ours would refuse: a tool shows it or says what is wrong, and is never taken for broken itself.</summary>
public sealed class StrangeAnswersTests
{
    public static TheoryData<string, string> Members => new()
    {
        { "\"hello\"", """{"a": "\ud800"}""" },
        { "\"hello\"", """{"\udfff": 1}""" },
        { "\"\\ud800\"", "{}" },
        { "\"hello\"", """{"a": NaN, "b": -Infinity}""" },
        { "\"hello\"", """{"a": 1e999999}""" },
        { "\"hello\"", """{"a": 1, "a": 2}""" },
        { "\"hello\"", "[1]" },
        { "\"hello\"", "null" },
        { "\"hello\"", "{\"a\": " + new string('[', 900) + new string(']', 900) + "}" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Strange_messages_are_shown_or_explained(string content, string metadata)
    {
        var message = ClientTest.MessageJson
            .Replace("\"hello\"", content, StringComparison.Ordinal)
            .Replace("\"metadata\": {}", $"\"metadata\": {metadata}, \"acknowledged_by\": []", StringComparison.Ordinal);
        await using var server = new MisbehavingServer(request => request.Target switch
        {
            "/v1/keys" => MisbehavingServer.IssueKey(),
            "/v1/channels/jobs" => Reply.Json(200, ClientTest.ChannelJson),
            "/health" => Reply.Error(404, "not_found"),
            _ when request.Target.EndsWith("/claim-with-lease", StringComparison.Ordinal) =>
                Reply.Json(200, $$"""{"lease_token": "t", "expires_at": "2036-04-07T14:00:00.123456+00:00", "message": {{message}}}"""),
            _ when request.Target.Contains("/messages", StringComparison.Ordinal) =>
                Reply.Json(200, $$"""{"data": [{{message}}], "limit": 50, "next_cursor": null}"""),
            _ => Reply.Error(404, "message_not_found"),
        });
        await using var agent = new ToolAgent(server.Address, "agent");

        foreach (var (tool, arguments) in new[]
        {
            ("subscribe", """{"channel":"jobs"}"""),
            ("claim_task", """{"channel":"jobs"}"""),
            ("await_result", """{"channel":"jobs","message_id":"m-1","timeout_seconds":0}"""),
        })
        {
            var failure = await Record.ExceptionAsync(() => agent.CallAsync(tool, arguments));

            Assert.True(failure is null or ToolException, $"{tool}: {failure}");
        }
    }
}
