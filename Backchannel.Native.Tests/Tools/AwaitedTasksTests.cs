using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Tools;

public sealed class AwaitedTasksTests : OwnBusTests
{
    [Theory]
    [InlineData(" ", "")]
    [InlineData("", " ")]
    [InlineData("\\n", "\\u3000")]
    public async Task A_blank_at_the_edge_of_an_id_is_no_part_of_it(string before, string after)
    {
        var agent = Agent("planner");
        var id = await agent.PostAsync("jobs", "x");

        var answer = await agent.CallAsync("await_result", $$"""{"message_ids":["{{before}}{{id}}{{after}}","{{id}}"],"timeout_seconds":0}""");

        var task = Assert.Single(answer.GetProperty("results").EnumerateArray());
        Assert.Equal((id, "open"), (task.Text("message_id"), task.Text("status")));
    }

    [Fact]
    public async Task An_id_that_no_task_has_is_unknown_also_with_a_blank_at_its_edge()
    {
        var answer = await Agent("planner").CallAsync("await_result", """{"message_ids":["x "],"timeout_seconds":0}""");

        Assert.Equal("unknown", Assert.Single(answer.GetProperty("results").EnumerateArray()).Text("status"));
    }

    [Fact]
    public async Task A_bus_that_answers_with_other_tasks_than_those_asked_for_is_not_asked_again_at_once()
    {
        await using var server = new MisbehavingServer(static request => request.Target switch
        {
            "/v1/keys" => MisbehavingServer.IssueKey(),
            "/health" => Reply.Json(200, """{"status":"ok","version":"1","db_latency_ms":1,"api_version":"v1","instance_kind":"shared","public_minting_enabled":true,"status_url":"/"}""", "X-Backchannel-Additions: task-wait, message-read"),
            _ => Reply.Json(200, """{"tasks":[{"id":"other","error":"message_not_found","message":"gone"}]}"""),
        });
        await using var agent = new ToolAgent(server.Address, "planner");

        var answer = await agent.CallAsync("await_result", """{"message_ids":["mine"],"timeout_seconds":0}""");

        Assert.Equal("open", Assert.Single(answer.GetProperty("results").EnumerateArray()).Text("status"));
        Assert.Single(server.Calls, static request => request.Target == "/v1/tasks/wait");
    }
}
