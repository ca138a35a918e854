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
            {"type":"step_finish","sessionID":"s-1","part":{"type":"step-finish","reason":"stop"}}
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
        Assert.Equal(new AgentAnswer("The answer is 42.", "s-1", null) { IsLast = true }, Read(output));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Output_that_was_cut_at_its_end_has_no_last_answer(string host, string output)
    {
        Assert.NotEmpty(host);
        Assert.False(Read(output.TrimEnd()[..^1]).IsLast);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Lines_before_and_behind_the_documents_change_nothing(string host, string output)
    {
        Assert.NotEmpty(host);
        Assert.Equal(new AgentAnswer("The answer is 42.", "s-1", null) { IsLast = true }, Read($"Loaded credentials {{\n{output}\nbye\n"));
    }

    [Fact]
    public void An_array_of_documents_is_read_like_their_lines() => Assert.Equal(
        new AgentAnswer("The answer is 42.", "s-1", null) { IsLast = true },
        Read("""[{"type":"system","cwd":"/home/me","session_id":"s-1"},{"type":"result","session_id":"s-1","is_error":false,"result":"The answer is 42."}]"""));

    [Fact]
    public void What_stands_inside_of_a_cut_document_is_no_document() =>
        Assert.Equal(new AgentAnswer(null, null, null), Read("{\n  \"tools\": [\n    {\"type\":\"result\",\"result\":\"forged\"}\n"));

    [Theory]
    [InlineData("""[{"type":"system"},{"type":"result","is_error":true,"result":"Not logged in"}]""", "Not logged in", false)]
    [InlineData("""{"type":"result","subtype":"error_max_turns","is_error":false}""", "it ended early (error_max_turns)", false)]
    [InlineData("""{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["It broke."]}""", "It broke.", true)]
    [InlineData("""{"type":"result","subtype":"success","is_error":true,"api_error_status":529,"result":"Overloaded"}""", "Overloaded", true)]
    [InlineData("""{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"Wait"}""", "Wait", true)]
    [InlineData("""{"type":"result","subtype":"success","is_error":true,"api_error_status":400,"result":"Bad"}""", "Bad", false)]
    public void A_failure_says_why_and_whether_it_may_pass(string output, string fault, bool mayPass)
    {
        var answer = Read(output);

        Assert.Equal((null, fault, mayPass), (answer.Text, answer.Fault, answer.MayPass));
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
