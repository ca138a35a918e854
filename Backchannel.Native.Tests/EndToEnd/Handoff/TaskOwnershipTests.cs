namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>A task belongs to the process that claimed it, on the local bus: as long as it lives, and no longer.</summary>
public sealed class TaskOwnershipTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("ack_task")]
    [InlineData("release_task")]
    public async Task A_process_under_the_same_actor_does_not_end_the_task_of_a_living_one(string tool)
    {
        await using var first = await AgentProcess.StartAsync(home.Path, "twin");
        await using var second = await AgentProcess.StartAsync(home.Path, "twin");
        var task = await PostAsync(first);
        await first.CallAsync("claim_task", """{"channel":"lane"}""");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.CallAsync(tool, $$"""{"message_id":"{{task}}"}"""));
        var own = await first.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"done"}""");

        Assert.Contains("409 already_claimed]: twin holds task", refused.Message, StringComparison.Ordinal);
        Assert.Equal("acknowledged", own.Text("status"));
    }

    [Fact]
    public async Task The_task_of_a_killed_process_is_ended_by_another_of_its_key_long_before_its_lease()
    {
        await using var poster = await AgentProcess.StartAsync(home.Path, "poster");
        await using var killed = await AgentProcess.StartAsync(home.Path, "killed");
        await using var successor = await AgentProcess.StartAsync(home.Path, "successor");
        var task = await PostAsync(poster);
        await killed.CallAsync("claim_task", """{"channel":"lane","lease_seconds":3600}""");

        await killed.KillAsync();
        var refusals = await AcknowledgeAsync(successor, task);
        var result = await poster.CallAsync("await_result", $$"""{"channel":"lane","message_id":"{{task}}"}""");

        Assert.NotEqual(0, refusals);
        Assert.Equal(("successor", "done"), (result.Text("acknowledged_by"), result.GetProperty("result").Text("content")));
    }

    [Fact]
    public async Task A_living_process_keeps_its_task_without_a_renewal_for_longer_than_a_gone_one_would()
    {
        await using var worker = await AgentProcess.StartAsync(home.Path, "worker");
        await using var other = await AgentProcess.StartAsync(home.Path, "other");
        var task = await PostAsync(worker);
        await worker.CallAsync("claim_task", """{"channel":"lane","lease_seconds":3600}""");

        // Renewed every twenty minutes: only the open request shows the bus that the worker lives.
        await other.CallAsync("await_result", $$"""{"channel":"lane","message_id":"{{task}}","timeout_seconds":13}""");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => other.CallAsync("ack_task", $$"""{"message_id":"{{task}}","actor":"worker","result":"other"}"""));
        var own = await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"done"}""");

        Assert.Contains("409 already_claimed]: worker holds task", refused.Message, StringComparison.Ordinal);
        Assert.Equal("acknowledged", own.Text("status"));
    }

    [Fact]
    public async Task The_default_actor_carries_the_clients_name()
    {
        await using var agent = await AgentProcess.StartAsync(home.Path, label: "");
        await PostAsync(agent);

        var claimed = await agent.CallAsync("claim_task", """{"channel":"lane"}""");

        Assert.Matches("^test-[0-9a-f]{6}$", claimed.Text("actor"));
        Assert.Equal(claimed.Text("actor"), claimed.GetProperty("from").Text("label"));
    }

    private static async Task<string> PostAsync(AgentProcess agent) =>
        (await agent.CallAsync("post_task", """{"channel":"lane","content":"one"}""")).Text("message_id");

    /// <returns>How often it was refused because the holder still counted as living.</returns>
    private static async Task<int> AcknowledgeAsync(AgentProcess agent, string task)
    {
        var deadline = Deadline.Token();
        for (var refusals = 0; ; refusals++)
        {
            deadline.ThrowIfCancellationRequested();
            var answer = await agent.CallRawAsync("ack_task", $$"""{"message_id":"{{task}}","result":"done"}""");
            if (!answer.TryGetProperty("isError", out var isError) || !isError.GetBoolean())
            {
                return refusals;
            }

            Assert.Contains("409 already_claimed]: killed holds task", answer.GetProperty("content")[0].Text("text"), StringComparison.Ordinal);
            await agent.CallAsync("await_result", $$"""{"channel":"lane","message_id":"{{task}}","timeout_seconds":1}""");
        }
    }
}
