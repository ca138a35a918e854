using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Pace;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>Tasks that wait for one another, fail, are tried again and taken back, by workers that are killed, on a bus that is killed too.</summary>
[Collection(Soak.Name)]
[Trait(Soak.Name, Soak.Value)]
public sealed class TaskLifeLoadTests(ITestOutputHelper output)
{
    private const int Workers = 64;

    [Fact]
    public async Task Every_task_ends_in_one_final_state_and_keeps_every_reason_under_64_workers()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var minted = await BusCaller.MintAsync(bus.Http, "load");
        var caller = new PersistentCaller(bus, minted);
        var seed = Soak.Seed(output);
        var load = new TaskLifeLoad(caller, await minted.CreateAsync("lane"), seed);
        var random = new Random(seed);
        var tasks = Soak.Times(250, 10_000);
        await using var progress = Soak.Report(output, () => $"{load.Tasks.Count:N0} of {tasks:N0} posted, {load.Ends.Count:N0} ended, {load.Killed} workers killed");

        // After each start all sessions count as living for a while, in which nobody ends what a killed worker holds.
        var left = Soak.Times(1, int.MaxValue);
        await using (var crashes = new Rhythm(() => TimeSpan.FromSeconds(Soak.Times(1, 25) + random.NextDouble()), async () =>
        {
            if (left-- <= 0)
            {
                return false;
            }

            await bus.KillAsync();
            await bus.StartAgainAsync();
            return true;
        }))
        {
            await crashes.AccompanyAsync(
                Soak.Limit(),
                [
                    load.PostAsync(tasks),
                    load.FollowAsync(),
                    load.SucceedAsync(1),
                    load.SucceedAsync(2),
                    .. Enumerable.Range(0, Workers).Select(load.WorkAsync),
                ]);
            output.WriteLine($"{crashes.Beats} crashes of the bus, {caller.Repetitions} requests without an answer, {load.Killed} workers killed");
        }

        Assert.Equal(tasks, load.Ends.Count);
        foreach (var (task, end) in load.Ends)
        {
            AssertEndedOnce(load, task, end, await load.ReadAsync(task, ""));
        }

        await bus.KillAsync();
        AssertStored(load, bus.DatabasePath);
    }

    private static void AssertEndedOnce(TaskLifeLoad load, string id, JsonElement end, JsonElement now)
    {
        var task = now.GetProperty("task");
        Assert.Equal(end.GetProperty("task").GetRawText(), task.GetRawText());
        var (state, attempts) = (task.Text("state"), task.TryGetProperty("attempts", out var list) ? list.EnumerateArray().ToList() : []);
        Assert.Equal(state == "acknowledged", load.Acknowledged.ContainsKey(id));
        Assert.Equal(state == "cancelled", load.Cancelled.ContainsKey(id));
        Assert.Equal(state == "acknowledged" ? 1 : 0, now.GetProperty("acks").GetArrayLength());
        Assert.Equal(
            load.Failures.Where(failure => failure.Task == id).Select(failure => failure.Reason).Order(),
            attempts.Where(attempt => attempt.Text("outcome") == "failed").Select(attempt => attempt.Text("reason")).Order());
        var counted = attempts.Count(attempt => attempt.Text("outcome") is "failed" or "session_ended" or "lease_ran_out");
        Assert.Equal(counted, task.GetProperty("attempts_used").GetInt32());
        Assert.InRange(counted, 0, TaskLifeLoad.MaxAttempts);
        Assert.Equal(now.GetProperty("deliveries").GetInt32(), attempts.Count);
        var prerequisites = task.TryGetProperty("depends_on", out var depends) ? depends.EnumerateArray().Select(one => one.Text("state")).ToList() : [];
        Assert.True(attempts.Count == 0 || prerequisites.TrueForAll(one => one == "acknowledged"), $"{id} was begun before what it depends on was done");
        switch (state)
        {
            case "cancelled":
                Assert.Equal(load.Cancelled[id], task.Text("reason"));
                break;
            case "failed" when attempts.Count == 0:
                Assert.Contains("which it depends on, ", task.Text("reason"), StringComparison.Ordinal);
                Assert.Contains(prerequisites, one => one is "failed" or "cancelled");
                break;
            case "failed":
                Assert.True(counted == TaskLifeLoad.MaxAttempts || task.Text("reason").Contains("nobody can", StringComparison.Ordinal), task.GetRawText());
                break;
        }
    }

    private static void AssertStored(TaskLifeLoad load, string database)
    {
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(database));
        Assert.Equal(load.Acknowledged.Count, DatabaseFile.QueryInteger(database, "SELECT count(*) FROM acks"));
        Assert.Equal(0, DatabaseFile.QueryInteger(database, "SELECT count(*) FROM messages WHERE state IN (2, 3) AND (acked = 1 OR holder IS NOT NULL)"));
        Assert.Equal(0, DatabaseFile.QueryInteger(database, "SELECT count(*) FROM dependencies WHERE met = 2"));

        // A result is kept with its ack: none came late, and none is there twice.
        var published = DatabaseFile.QueryTexts(
            database, "SELECT m.content FROM messages m JOIN channels c ON c.number = m.channel WHERE c.name LIKE 'result-of-%'");
        Assert.Equal(load.Acknowledged.Values.Order(StringComparer.Ordinal), published.Order(StringComparer.Ordinal));
    }
}
