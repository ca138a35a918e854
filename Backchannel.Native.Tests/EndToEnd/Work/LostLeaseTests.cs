using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>A runner that cannot renew its lease loses the task to another one, and does not spoil what that one does. With real leases of a minute.</summary>
[Trait(Soak.Name, Soak.Value)]
public sealed class LostLeaseTests(NativeHome home) : IClassFixture<NativeHome>
{
    private readonly string channel = $"lane-{Guid.NewGuid():n}";

    [SoakFact("waits for leases to run out")]
    public async Task The_task_of_a_killed_runner_is_done_by_another_one()
    {
        await using var runner = await StartAsync("sleep 600");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        await runner.SeeAsync("started");

        await runner.SignalAsync("KILL");
        await using var other = await StartAsync("echo second");

        await other.SeeAsync("done after");
        Assert.Equal("second", (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    [SoakFact("waits for leases to run out")]
    public async Task A_runner_that_was_stopped_for_longer_than_its_lease_ends_its_command_and_reports_nothing()
    {
        await using var runner = await StartAsync("sleep 600; echo first");
        var id = await RunnerProcess.PostAsync(home.Path, channel, "hello");
        await runner.SeeAsync("started");

        await runner.SignalAsync("STOP");
        await using var other = await StartAsync("echo second");
        await other.SeeAsync("done after");
        await runner.SignalAsync("CONT");

        await runner.SeeAsync("no longer held here");
        Assert.Equal("second", (await RunnerProcess.AwaitAsync(home.Path, id)).GetProperty("result").Text("content"));
    }

    private Task<RunnerProcess> StartAsync(string line) => RunnerProcess.StartAsync(home.Path, channel, "--local", "--", "sh", "-c", line);
}
