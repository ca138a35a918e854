namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary>Ending the local bus, so that the next call starts another release of it.</summary>
public sealed class StopTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [UnixFact]
    public async Task Stop_says_that_no_bus_runs_and_starts_none()
    {
        var stop = await StopAsync();

        Assert.Equal(0, stop.ExitCode);
        Assert.StartsWith("No local bus runs at ", stop.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(home.BusFolder));
    }

    [UnixFact]
    public async Task Stop_ends_the_bus_and_the_sessions_go_on_with_the_next_one()
    {
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent");
        var task = (await agent.CallAsync("post_task", """{"channel":"lane","content":"one"}""")).Text("message_id");
        await agent.CallAsync("claim_task", """{"channel":"lane"}""");
        var waiting = agent.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");

        var first = await StopAsync();
        var second = await StopAsync();
        await agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal(0, first.ExitCode);
        Assert.Matches("^The local bus at .*, process [0-9]+, has ended. The next call starts it again.\n$", first.Output);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal("5", (await waiting).GetProperty("result").Text("content"));
    }

    private Task<NativeCommand> StopAsync() =>
        NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "http://127.0.0.1:9" }, "stop");
}
