using System.Text;
using Backchannel.Native.Work;

namespace Backchannel.Native.Tests.Work;

/// <summary>What each agent host prints, shortened, as the releases of November 2026 print it.</summary>
public sealed class AgentAnswerTests
{
    public static TheoryData<string, string> Answers => new()
    {
        { "claude-code", """{"stop_reason":"end_turn","session_id":"s-1","is_error":false,"type":"result","subtype":"success","result":"The answer is 42."}""" },
        {
            "codex",
            """
            {"type":"thread.started","thread_id":"s-1"}
            {"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"Looking."}}
            {"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":"The answer is 42."}}
            {"type":"turn.completed","usage":{"input_tokens":1}}
            """
        },
        {
            "gemini-cli",
            """
            {
              "session_id": "s-1",
              "response": "The answer is 42.",
              "stats": {}
            }
            """
        },
        {
            "opencode",
            """
            {"type":"step_start","sessionID":"s-1","part":{"type":"step-start"}}
            {"type":"text","sessionID":"s-1","part":{"type":"text","text":"Looking."}}
            {"type":"step_start","sessionID":"s-1","part":{"type":"step-start"}}
            {"type":"text","sessionID":"s-1","part":{"type":"text","text":"The answer "}}
            {"type":"text","sessionID":"s-1","part":{"type":"text","text":"is 42."}}
            """
        },
        {
            "qwen-code",
            """
            {"type":"system","subtype":"init","session_id":"s-1"}
            {"type":"assistant","session_id":"s-1","message":{"content":[{"type":"text","text":"The answer is 42."}]}}
            {"type":"result","subtype":"success","session_id":"s-1","is_error":false,"result":"The answer is 42."}
            """
        },
        {
            "copilot-cli",
            """
            {"type":"assistant.message_delta","data":{"deltaContent":"The"}}
            {"type":"assistant.message","data":{"content":"The answer is 42.","toolRequests":[]}}
            {"type":"assistant.turn_end","data":{"turnId":"0"}}
            {"type":"result","sessionId":"s-1","exitCode":0}
            """
        },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void The_last_answer_and_the_session_are_read(string host, string output)
    {
        Assert.Contains(AgentHost.All, known => known.Name == host);
        Assert.Equal(new AgentAnswer("The answer is 42.", "s-1", null), Read(output));
    }

    [Theory]
    [InlineData("""{"type":"result","is_error":true,"session_id":"s-1","result":"Credit is used up."}""")]
    [InlineData("""{"type":"turn.failed","error":{"message":"Credit is used up."}}""")]
    [InlineData("""{"session_id":"s-1","error":{"message":"Credit is used up."}}""")]
    [InlineData("""{"type":"error","sessionID":"s-1","error":{"name":"APIError","data":{"message":"Credit is used up."}}}""")]
    public void A_failure_that_the_host_reports_is_no_answer(string output)
    {
        var answer = Read(output);

        Assert.Null(answer.Text);
        Assert.Equal("Credit is used up.", answer.Fault);
    }

    [Fact]
    public void Lines_of_anything_else_between_are_passed_over() =>
        Assert.Equal(
            new AgentAnswer("yes", "s-1", null),
            Read("warning: {\n{\"type\":\"thread.started\",\"thread_id\":\"s-1\"}\n[1]\n\"text\"\n{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"yes\"}}\n{\"cut"));

    [Fact]
    public void An_output_without_an_answer_has_none() => Assert.Equal(new AgentAnswer(null, null, null), Read("plain text\n"));

    private static AgentAnswer Read(string output) => AgentAnswer.Read(Encoding.UTF8.GetBytes(output));
}
