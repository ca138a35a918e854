namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>A worker that is stopped until its task has gone to another one, and then goes on: its result counts for nothing, and it is told to stop.</summary>
public sealed class LateWorkerTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [UnixSoakTheory("waits until a real lease has run out")]
    [Trait(Soak.Name, Soak.Value)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_that_slept_through_its_lease_is_told_to_stop_and_the_poster_sees_the_others_result(bool isDoneByThen)
    {
        await using var poster = await AgentProcess.StartAsync(home.Path, "poster");
        await using var sleeper = await AgentProcess.StartAsync(home.Path, "sleeper");
        await using var successor = await AgentProcess.StartAsync(home.Path, "successor");
        var task = (await poster.CallAsync("post_task", """{"channel":"lane","content":"one"}""")).Text("message_id");
        await sleeper.CallAsync("claim_task", """{"channel":"lane","lease_seconds":30}""");

        await ProcessSignals.SendAsync(sleeper.Process.Id, "STOP");
        var taken = await successor.CallAsync("claim_task", """{"channel":"lane","wait_seconds":50}""");
        if (isDoneByThen)
        {
            await AcknowledgeAsync(successor, task);
        }

        await ProcessSignals.SendAsync(sleeper.Process.Id, "CONT");
        var late = await Assert.ThrowsAsync<InvalidOperationException>(() => AcknowledgeAsync(sleeper, task));
        if (!isDoneByThen)
        {
            await AcknowledgeAsync(successor, task);
        }

        var result = await poster.CallAsync("await_result", $$"""{"channel":"lane","message_id":"{{task}}"}""");
        Assert.True(taken.GetProperty("redelivered").GetBoolean());
        Assert.Contains("Stop working on it; nothing was published.", late.Message, StringComparison.Ordinal);
        Assert.Contains("successor holds it now", late.Message, StringComparison.Ordinal);
        Assert.Equal(("successor", "by successor"), (result.Text("acknowledged_by"), result.GetProperty("result").Text("content")));
        Assert.Equal(
            ["by successor"],
            (await poster.CallAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}""")).GetProperty("data").EnumerateArray().Select(message => message.Text("content")));
    }

    private static Task<System.Text.Json.JsonElement> AcknowledgeAsync(AgentProcess agent, string task) =>
        agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"by {{agent.Label}}"}""");
}
