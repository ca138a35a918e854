using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Files;

/// <summary>The files of a bus are removed while it runs: no task is lost without a word, and sessions of one user find together again.</summary>
public sealed class RemovedLocalBusTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Two_sessions_meet_again_after_the_folder_of_the_local_bus_was_removed()
    {
        await using var one = await AgentProcess.StartAsync(home.Path, "one");
        await one.CallAsync("post_task", """{"channel":"lane","content":"before"}""");
        Directory.Delete(home.BusFolder, recursive: true);
        await using var two = await AgentProcess.StartAsync(home.Path, "two");
        await two.CallAsync("post_task", """{"channel":"other","content":"x"}""");

        await one.CallAsync("post_task", """{"channel":"lane","content":"after"}""");
        var claimed = await two.CallAsync("claim_task", """{"channel":"lane","wait_seconds":20}""");

        Assert.Equal("after", claimed.GetProperty("content").GetString());
        Assert.Single(await LivingBusesAsync(1));
    }

    [Theory]
    [InlineData("bus.db")]
    [InlineData("bus.sock")]
    public async Task A_local_bus_whose_file_was_removed_ends_and_the_next_call_starts_one(string file)
    {
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent");
        await agent.CallAsync("post_task", """{"channel":"lane","content":"before"}""");
        using var first = Assert.Single(home.BusProcesses());

        File.Delete(Path.Combine(home.BusFolder, file));
        await first.WaitForExitAsync(Deadline.Token());
        await agent.CallAsync("post_task", """{"channel":"lane","content":"after"}""");

        Assert.Contains(
            $"ERROR {{", (await File.ReadAllTextAsync(Path.Combine(home.BusFolder, "bus.log"))), StringComparison.Ordinal);
        using var second = Assert.Single(home.BusProcesses());
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task A_served_bus_answers_503_and_says_in_its_log_what_to_do()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var channel = await caller.CreateAsync("lane");

        File.Delete(bus.DatabasePath);
        var refused = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"lost"}""");

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        while (!bus.Errors.Contains("storage_fault", StringComparison.Ordinal))
        {
            await Task.Delay(10, Deadline.Token());
        }

        Assert.Matches("ERROR .*was removed or replaced.*start the bus again", bus.Errors);
    }

    /// <summary>The buses of this home, once those that end have ended.</summary>
    private async Task<IReadOnlyList<System.Diagnostics.Process>> LivingBusesAsync(int expected)
    {
        var deadline = Deadline.Token();
        while (home.BusProcesses() is { } buses)
        {
            if (buses.Count == expected || deadline.IsCancellationRequested)
            {
                return buses;
            }

            await Task.Delay(20, CancellationToken.None);
        }

        return [];
    }
}
