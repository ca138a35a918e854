using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>A task that ends every process that works on it.</summary>
public sealed class PoisonTaskTests : IDisposable
{
    private const int Attempts = 5;

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_task_that_ends_its_worker_has_failed_after_five_attempts_and_no_other_task_waited_for_it()
    {
        var attempts = await PoisonAsync(lease: 300, endAsync: static worker => worker.EndAsync());

        Assert.Equal(Enumerable.Repeat(AttemptOutcomes.SessionEnded, Attempts), attempts.Select(static attempt => attempt.Text("outcome")));
        Assert.All(attempts, static attempt => Assert.Equal("The process of its worker ended while it held the task.", attempt.Text("reason")));
    }

    [SoakFact("waits until five leases have run out")]
    [Trait(Soak.Name, Soak.Value)]
    public async Task A_task_that_kills_its_worker_has_failed_after_five_leases()
    {
        var attempts = await PoisonAsync(lease: 30, endAsync: static worker => worker.KillAsync());

        Assert.Equal(Enumerable.Repeat(AttemptOutcomes.LeaseRanOut, Attempts), attempts.Select(static attempt => attempt.Text("outcome")));
        Assert.All(attempts, static attempt => Assert.Equal("The lease ran out: the worker stopped without a word.", attempt.Text("reason")));
    }

    /// <returns>The attempts, as await_result tells them to the poster.</returns>
    private async Task<IReadOnlyList<JsonElement>> PoisonAsync(int lease, Func<AgentProcess, Task> endAsync)
    {
        await using var bus = await ServedBus.StartAsync(Path.Combine(home.Path, "served.db"));
        await using var steady = await AgentProcess.StartAsync(home.Path, "steady", bus.BaseUrl);
        var poison = (await steady.CallAsync("post_task", """{"channel":"lane","content":"poison"}""")).Text("message_id");
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            await using var doomed = await AgentProcess.StartAsync(home.Path, $"doomed-{attempt}", bus.BaseUrl);
            Assert.Equal("poison", await ClaimAsync(doomed, "lane", lease));

            // The steady one works on while the doomed one holds the poison.
            await steady.CallAsync("post_task", $$"""{"channel":"lane","content":"healthy {{attempt}}"}""");
            Assert.Equal($"healthy {attempt}", await ClaimAsync(steady, "lane", lease));
            await endAsync(doomed);
        }

        var end = await EndOfAsync(bus, poison);
        Assert.Equal(TaskStates.Failed, end.State);
        Assert.Equal(Attempts, end.AttemptsUsed);
        var none = await steady.CallAsync("claim_task", """{"channel":"lane"}""");
        Assert.False(none.GetProperty("claimed").GetBoolean());
        var told = await steady.CallAsync("await_result", $$"""{"message_id":"{{poison}}"}""");
        Assert.Equal(TaskStates.Failed, told.Text("status"));
        Assert.NotEmpty(told.Text("reason"));
        IReadOnlyList<JsonElement> attempts = [.. told.GetProperty("attempts").EnumerateArray()];
        Assert.Equal(Enumerable.Range(1, Attempts).Select(static attempt => $"doomed-{attempt}"), attempts.Select(static attempt => attempt.Text("worker")));
        return attempts;
    }

    private async Task<TaskView> EndOfAsync(ServedBus bus, string task)
    {
        await using var reader = new ToolAgent(new(bus.BaseUrl), "reader", home.KeyFolder);
        long? version = null;
        for (var limit = Limit(); ; limit.ThrowIfCancellationRequested())
        {
            var seen = await reader.Client.GetMessageAsync(task, version, TimeSpan.FromSeconds(20), limit);
            if (seen.Task!.State is not (TaskStates.Open or TaskStates.Claimed))
            {
                return seen.Task;
            }

            version = seen.Version;
        }
    }

    private static CancellationToken Limit() => Soak.IsOn ? Soak.Limit() : Deadline.Token();

    private static async Task<string> ClaimAsync(AgentProcess worker, string channel, int lease)
    {
        // A lease that has to run out first takes longer than one wait.
        for (var limit = Limit(); ; limit.ThrowIfCancellationRequested())
        {
            var claimed = await worker.CallAsync("claim_task", $$"""{"channel":"{{channel}}","lease_seconds":{{lease}},"wait_seconds":50}""");
            if (claimed.GetProperty("claimed").GetBoolean())
            {
                if (claimed.Text("content") != "poison")
                {
                    await worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}"}""");
                }

                return claimed.Text("content");
            }
        }
    }
}
