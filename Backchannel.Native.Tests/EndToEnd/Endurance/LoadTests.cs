using System.Diagnostics;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Pace;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>Many worker processes on one lane, one of them killed at random every moment: every task is done once, and its poster sees one result.</summary>
[Collection(Soak.Name)]
[Trait(Soak.Name, Soak.Value)]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const string Lane = "load";

    private static readonly TimeSpan WorkerLife = TimeSpan.FromMilliseconds(200);

    /// <summary>Longer than the four attempts of a call and a restart of the bus: a call that meets two crashes fails, and that is right.</summary>
    private static readonly TimeSpan BusLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastLocalLife = TimeSpan.FromSeconds(2);

    [SoakFact("waits for the real leases of the workers that are killed")]
    public async Task Fifty_thousand_tasks_are_done_once_by_64_workers_of_which_one_is_killed_every_200_ms()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var random = new Random(Soak.Seed(output));
        const int tasks = 50_000;
        var started = Stopwatch.StartNew();
        await using var posters = await PosterCrowd.StartAsync(folder.Path, bus.BaseUrl, Lane, size: 2);
        await posters.PostAsync(1);
        await using var workers = new WorkerCrowd(folder.Path, bus.BaseUrl, Lane, size: 64);
        await using var progress = Soak.Report(output, () => State(posters, workers, tasks));

        await using (var crashes = new Rhythm(() => BusLife, async () =>
        {
            await bus.KillAsync();
            await bus.StartAgainAsync();
            return true;
        }))
        await using (var kills = new Rhythm(() => WorkerLife, () => Task.FromResult(workers.KillOne(random))))
        {
            await kills.AccompanyAsync(Soak.Limit(), RunAsync(posters, workers, tasks));
            output.WriteLine($"{State(posters, workers, tasks)}, {crashes.Beats} crashes of the bus, {started.Elapsed.TotalSeconds:0} s");
        }

        await workers.DisposeAsync();
        await bus.KillAsync();
        Assert.Empty(workers.Errors);
        AssertDoneOnce(posters, workers, tasks, bus.DatabasePath);
    }

    [Fact]
    public async Task A_local_bus_that_is_killed_under_16_workers_loses_nothing()
    {
        using var home = new TemporaryHome();
        var tasks = Soak.Times(1_000, 20_000);
        var started = Stopwatch.StartNew();
        await using var posters = await PosterCrowd.StartAsync(home.Path, "local", Lane, size: 1);
        await posters.PostAsync(1);
        await using var workers = new WorkerCrowd(home.Path, "local", Lane, size: 16);
        await using var progress = Soak.Report(output, () => State(posters, workers, tasks));

        await using (var crashes = new Rhythm(() => TimeSpan.FromSeconds(0.7), () => Task.FromResult(KillBus(home))))
        {
            await crashes.AccompanyAsync(Soak.Limit(), RunAsync(posters, workers, tasks));
            output.WriteLine($"{State(posters, workers, tasks)}, {crashes.Beats} crashes of the bus, {started.Elapsed.TotalSeconds:0} s");
        }

        await workers.DisposeAsync();
        foreach (var last in home.BusProcesses())
        {
            last.Kill();
            await last.WaitForExitAsync().Within();
        }

        // A claim that waits for a task can meet a crash in each of its attempts here. It says so, and the next claim finds what it left open.
        Assert.All(workers.Errors, static error => Assert.Matches(" claim_task: .*broke before the answer came", error.Text));
        AssertDoneOnce(posters, workers, tasks, Path.Combine(home.BusFolder, "bus.db"));
    }

    private static async Task RunAsync(PosterCrowd posters, WorkerCrowd workers, int tasks)
    {
        await await Task.WhenAny(PostAndAwaitAsync(), workers.Working);

        async Task PostAndAwaitAsync()
        {
            await posters.PostAsync(tasks - 1);
            await posters.AwaitAsync();
        }
    }

    /// <summary>Spares a bus that has just started: a session that starts one tries only twice and then reports an error, which is no loss.</summary>
    private static bool KillBus(TemporaryHome home)
    {
        var killed = false;
        foreach (var bus in home.BusProcesses().Where(bus => DateTime.Now - bus.StartTime > LeastLocalLife))
        {
            bus.Kill();
            bus.WaitForExit();
            killed = true;
        }

        return killed;
    }

    private static string State(PosterCrowd posters, WorkerCrowd workers, int tasks) =>
        $"{posters.Posted.Count:N0} of {tasks:N0} posted, {workers.Acks.Count:N0} acknowledged, {posters.Results.Count:N0} results seen, {workers.Deliveries.Count(delivery => delivery.IsMarked)} redelivered, "
        + $"{workers.Errors.Count} errors told{(workers.Errors.TryPeek(out var first) ? $" (first: {first})" : "")}, {workers.Killed.Count} workers killed";

    private static void AssertDoneOnce(PosterCrowd posters, WorkerCrowd workers, int tasks, string database)
    {
        Assert.Equal(tasks, posters.Posted.Count);
        Assert.All(posters.Results, result => Assert.Equal($"{posters.Posted[result.Key]} done by {result.Value.AcknowledgedBy}", result.Value.Result));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(database));
        Assert.Equal(tasks, DatabaseFile.QueryInteger(database, "SELECT count(DISTINCT message) FROM acks"));
        Assert.Equal(tasks, DatabaseFile.QueryInteger(database, "SELECT count(*) FROM acks"));

        // An ack and its result are kept together: nobody who was killed left a result behind that does not count.
        Assert.Equal(tasks, posters.Results.Count);
        var published = DatabaseFile.QueryTexts(
            database, "SELECT m.content FROM messages m JOIN channels c ON c.number = m.channel WHERE c.name LIKE 'result-of-%'");
        Assert.Equal(posters.Results.Values.Select(result => result.Result).Order(StringComparer.Ordinal), published.Order(StringComparer.Ordinal));

        var seen = new HashSet<string>();
        Assert.All(workers.Deliveries, delivery => Assert.True(seen.Add(delivery.Task) || delivery.IsMarked, $"{delivery} was not marked"));
    }
}
