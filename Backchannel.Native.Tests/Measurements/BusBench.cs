using System.Diagnostics;
using System.Net;
using System.Text;
using Backchannel.Native.Bus.Storage.Postgres;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>What a bus of its own process carries, measured from this one; every 2xx is on disk before it is sent.</summary>
/// <remarks>
/// Everything is switched on: the rate limiter counts (its limit is never reached), each request is logged to a pipe that is read, every
/// post carries an idempotency key, one channel has a webhook that answers, and the maintenance runs.
/// </remarks>
internal static class BusBench
{
    private const int Connections = 32;
    private const int Few = 1_000;
    private const int Waiters = 1_000;
    private const int BlockedClaimers = 64;
    private const int BlockedPosts = 10_000;

    /// <param name="stored">How many messages the fuller of two buses has stored.</param>
    public static async IAsyncEnumerable<BenchRow> RunAsync(string executable, int stored)
    {
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        using var sink = new WebhookSink();
        try
        {
            var disk = DiskSyncsPerSecond(folder);
            yield return new("the disk alone: 4 KiB written and synced, one after the other", Bench.Text(disk, "per s"), "", null, "");

            using (var idle = StartBus(executable, folder, "idle.db", out var idleAddress))
            {
                foreach (var row in await IdleWaitersAsync(idle, idleAddress, "fresh bus"))
                {
                    yield return row;
                }
            }

            using (var bus = StartBus(executable, folder, "bus.db", out var address))
            {
                var load = new BusLoad(address);
                await load.PrepareAsync("warm-up");
                await load.PostAsync(Connections, 5_000);

                await load.PrepareAsync("single", webhook: sink.Url);
                yield return Row("posts on one connection, each told to a webhook", await load.PostAsync(1, 3_000), disk, "≥ 1,000 per s");

                await load.PrepareAsync("many");
                yield return Row($"posts on {Connections} connections", await load.PostAsync(Connections, 30_000), disk, "≥ 8,000 per s, p99 ≤ 50 ms");
                yield return Row(
                    $"claim with lease and ack on {Connections} connections", await load.ClaimAndAckAsync(Connections, 20_000), disk, "≥ 6,000 per s, p99 ≤ 50 ms");
                foreach (var row in await ClaimNextAsync(load))
                {
                    yield return row;
                }

                yield return Wake("a post until a blocked listing has it, median of 200", await load.WakeAsync(200));
                yield return Wake($"a post until all of {Waiters:N0} listings blocked on its channel have it, median of 5", await load.WakeAllAsync(Waiters, 5));
                foreach (var row in await IdleWaitersAsync(bus, address, "bus that has just carried that load"))
                {
                    yield return row;
                }
            }

            foreach (var row in await ComparePostsAsync([executable], folder))
            {
                yield return row;
            }

            await foreach (var row in StoredAsync(executable, folder, disk, stored))
            {
                yield return row;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Cycles of claim-next and ack beside posts, in turns, and how fast a task reaches one of many claimers that wait.</summary>
    public static async IAsyncEnumerable<BenchRow> ClaimNextAsync(string executable)
    {
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        try
        {
            using var bus = StartBus(executable, folder, "next.db", out var address);
            foreach (var row in await ClaimNextAsync(new BusLoad(address)))
            {
                yield return row;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Posts and cycles of claim-next and ack of several programs, in turns with each other: rates, and what each costs the bus's process.</summary>
    public static async IAsyncEnumerable<BenchRow> CompareClaimsAsync(IReadOnlyList<string> executables)
    {
        const int Rounds = 5;
        const int PerRound = 5_000;
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        var buses = new List<LineProcess>();
        try
        {
            var loads = new List<BusLoad>();
            foreach (var executable in executables)
            {
                buses.Add(StartBus(executable, folder, $"claims-{buses.Count}.db", out var address));
                loads.Add(new BusLoad(address));
                await loads[^1].PrepareAsync("next");
            }

            var posts = buses.ConvertAll(_ => new List<(double Rate, double Cost)>());
            var cycles = buses.ConvertAll(_ => new List<(double Rate, double Cost)>());
            for (var round = 0; round <= Rounds; round++)
            {
                for (var i = 0; i < buses.Count; i++)
                {
                    var posted = await CostAsync(buses[i], loads[i].PostAsync);
                    var claimed = await CostAsync(buses[i], loads[i].ClaimNextAndAckAsync);
                    if (round > 0)
                    {
                        posts[i].Add(posted);
                        cycles[i].Add(claimed);
                    }
                }
            }

            for (var i = 0; i < buses.Count; i++)
            {
                var (post, cycle) = (Median(posts[i]), Median(cycles[i]));
                yield return new(
                    $"claim-next and ack on {Connections} connections: {executables[i]}", $"{Bench.Text(cycle.Rate, "per s")}, {Bench.Text(cycle.Cost, "µs")} of the bus's process each",
                    $"posts, in turns with them: {Bench.Text(post.Rate, "per s")}, {Bench.Text(post.Cost, "µs")}", cycle.Rate / post.Rate, "ratio ≥ 0.6");
            }
        }
        finally
        {
            buses.ForEach(bus => bus.Dispose());
            Directory.Delete(folder, recursive: true);
        }

        static (double Rate, double Cost) Median(List<(double Rate, double Cost)> all) =>
            (Bench.Median(all.Select(one => one.Rate)), Bench.Median(all.Select(one => one.Cost)));

        static async Task<(double Rate, double Cost)> CostAsync(LineProcess bus, Func<int, int, Task<LoadResult>> load)
        {
            var before = bus.ProcessorTime();
            var result = await load(Connections, PerRound);
            return (result.PerSecond, (bus.ProcessorTime() - before).TotalMicroseconds / PerRound);
        }
    }

    private static async Task<IReadOnlyList<BenchRow>> ClaimNextAsync(BusLoad load)
    {
        const int Rounds = 5;
        const int PerRound = 5_000;
        await load.PrepareAsync("next");
        var (posts, cycles, joined) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var posted = await load.PostAsync(Connections, PerRound);
            var claimed = await load.ClaimNextAndAckAsync(Connections, PerRound);
            var postedAgain = await load.PostAsync(Connections, PerRound);
            var both = await load.AckAndClaimNextAsync(Connections, PerRound);
            if (round > 0)
            {
                posts.AddRange([posted.PerSecond, postedAgain.PerSecond]);
                cycles.Add(claimed.PerSecond);
                joined.Add(both.PerSecond);
            }
        }

        await load.PrepareAsync("blocked");
        var claimers = new ClaimerLoad(load);
        var handed = await claimers.RunAsync(BlockedClaimers, BlockedPosts, perSecond: 500);
        return
        [
            new(
                $"an ack that brings the claim of the next task along on {Connections} connections, median of {Rounds}", Bench.Text(Bench.Median(joined), "per s"),
                $"posts, in turns with them: {Bench.Text(Bench.Median(posts), "per s")}", Bench.Median(joined) / Bench.Median(posts), "ratio ≥ 0.6"),
            new(
                $"claim-next and ack, two requests, on {Connections} connections, median of {Rounds}", Bench.Text(Bench.Median(cycles), "per s"),
                $"posts, in turns with them: {Bench.Text(Bench.Median(posts), "per s")}", Bench.Median(cycles) / Bench.Median(posts), "ratio ≥ 0.6"),
            new(
                $"{BlockedPosts:N0} posts, 500 a second, from the answer to one until one of {BlockedClaimers} claimers that wait has its task",
                $"median {Bench.Text(handed.MedianMs, "ms")}, p99 {Bench.Text(handed.P99Ms, "ms")}",
                $"{claimers.Empty} claims without a task, {claimers.Repeated} tasks handed out twice", null, "median ≤ 5 ms, p99 ≤ 25 ms"),
        ];
    }

    /// <summary>Posts of several programs, in turns with each other and with Redis.</summary>
    public static async IAsyncEnumerable<BenchRow> ComparePostsAsync(IReadOnlyList<string> executables)
    {
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        try
        {
            foreach (var row in await ComparePostsAsync(executables, folder))
            {
                yield return row;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchRow>> ComparePostsAsync(IReadOnlyList<string> executables, string folder)
    {
        using var redis = await RedisServer.StartAsync(folder);
        if (redis is null)
        {
            return [new("posts beside Redis", "Redis is not installed: `apt-get install redis-server`, then run this again", "", null, "")];
        }

        if (CProgram.Obstacle is { } obstacle)
        {
            return [new("posts beside Redis", $"not measured: {obstacle}", "", null, "")];
        }

        var program = new PostLoad(folder);
        var buses = new List<LineProcess>();
        try
        {
            var loads = new List<(string Name, Func<int, int, Task<LoadResult>> Load)>();
            foreach (var executable in executables)
            {
                buses.Add(StartBus(executable, folder, $"beside-redis-{buses.Count}.db", out var address));
                var load = new BusLoad(address);
                await load.PrepareAsync("beside-redis");
                loads.Add((executables.Count == 1 ? "" : $" to {executable}", program.Of(address.Port, load.PostRequests(PostLoad.Mark()), BusLoad.Posted)));
            }

            var comparison = new RedisComparison(program.Of(redis.Address.Port, [RedisServer.AppendRequest(BusLoad.Content)], RedisServer.Appended), loads);
            return
            [
                .. await comparison.RunAsync(connections: 1, perRound: 2_000, "ratio ≥ 0.75"),
                .. await comparison.RunAsync(Connections, perRound: 15_000, "ratio ≥ 0.6"),
            ];
        }
        finally
        {
            buses.ForEach(bus => bus.Dispose());
        }
    }

    /// <summary>The part of <see cref="RunAsync"/> that compares a bus with few stored messages with one with many.</summary>
    public static async IAsyncEnumerable<BenchRow> StoredAsync(string executable, int stored)
    {
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        try
        {
            await foreach (var row in StoredAsync(executable, folder, DiskSyncsPerSecond(folder), stored))
            {
                yield return row;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Rates and requests with few and many stored messages, in turns, so that noise meets both.</summary>
    private static async IAsyncEnumerable<BenchRow> StoredAsync(string executable, string folder, double disk, int stored)
    {
        var fewStored = await StoredBus.FillAsync(Path.Combine(folder, "few.db"), Few);
        var manyStored = await StoredBus.FillAsync(Path.Combine(folder, "many.db"), stored, expired: stored / 10);
        var started = Stopwatch.StartNew();
        using var fewBus = StartBus(executable, folder, "few.db", out var fewAddress);
        using var manyBus = StartBus(executable, folder, "many.db", out var manyAddress);
        var (few, many) = (new BusLoad(fewAddress), new BusLoad(manyAddress));

        // Scattered over small channels every write dirties other pages; one large channel is written at its end only.
        few.Use(fewStored.Key, fewStored.Small);
        many.Use(manyStored.Key, manyStored.Small);
        foreach (var row in await CompareAsync(few, many, disk, stored, $"{manyStored.Small.Count:N0} channels"))
        {
            yield return row;
        }

        few.Use(fewStored.Key, [fewStored.Large]);
        many.Use(manyStored.Key, [manyStored.Large]);
        foreach (var row in await CompareAsync(few, many, disk, stored, "one channel that has half of them"))
        {
            yield return row;
        }

        await foreach (var row in new BusGrowth(few, fewStored, many, manyStored, stored).RunAsync())
        {
            yield return row;
        }

        // The first sweep comes a minute after the start.
        var sweep = TimeSpan.FromSeconds(58) - started.Elapsed;
        if (sweep > TimeSpan.Zero)
        {
            await Task.Delay(sweep);
        }

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(12));
        var sweeping = await many.PostUntilAsync(8, TimeSpan.FromMilliseconds(2), stop.Token);
        using var calm = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var after = await many.PostUntilAsync(8, TimeSpan.FromMilliseconds(2), calm.Token);
        yield return new(
            $"posts on 8 connections while {stored / 10:N0} messages expire at once",
            $"median {Bench.Text(sweeping.MedianMs, "ms")}, p99 {Bench.Text(sweeping.P99Ms, "ms")}",
            $"afterwards: median {Bench.Text(after.MedianMs, "ms")}, p99 {Bench.Text(after.P99Ms, "ms")}",
            sweeping.P99Ms / after.P99Ms,
            "p99 ≤ 50 ms");
    }

    private static async Task<IReadOnlyList<BenchRow>> CompareAsync(BusLoad few, BusLoad many, double disk, int stored, string where)
    {
        const int Rounds = 3;
        var posts = new List<(LoadResult Few, LoadResult Many)>();
        var cycles = new List<(LoadResult Few, LoadResult Many)>();
        var next = new List<(LoadResult Few, LoadResult Many)>();
        for (var round = 0; round < Rounds; round++)
        {
            posts.Add((await few.PostAsync(Connections, 8_000), await many.PostAsync(Connections, 8_000)));
            cycles.Add((await few.ClaimAndAckAsync(Connections, 4_000), await many.ClaimAndAckAsync(Connections, 4_000)));
            next.Add((await few.ClaimNextAndAckAsync(Connections, 3_000), await many.ClaimNextAndAckAsync(Connections, 3_000)));
        }

        return
        [
            Row("posts", posts, "≥ 8,000 per s"), Row("claim with lease and ack", cycles, "≥ 6,000 per s"), Row("claim-next and ack", next, ""),
        ];

        BenchRow Row(string what, List<(LoadResult Few, LoadResult Many)> results, string wanted)
        {
            var rate = Bench.Median(results.Select(result => result.Many.PerSecond));
            var fewRate = Bench.Median(results.Select(result => result.Few.PerSecond));
            var p99 = Bench.Median(results.Select(result => result.Many.P99Ms));
            return new(
                $"{what} on {Connections} connections with {stored:N0} stored messages of mixed priority, into {where}; median of {Rounds}",
                $"{Bench.Text(rate, "per s")}, p99 {Bench.Text(p99, "ms")}; {Bench.Text(rate / disk, "x")} the disk's syncs",
                $"with {Few:N0} stored: {Bench.Text(fewRate, "per s")}",
                rate / fewRate,
                wanted.Length == 0 ? "ratio ≥ 0.8" : $"ratio ≥ 0.8, {wanted}");
        }
    }

    /// <param name="database">A file in the folder, or the address of a server's database.</param>
    public static LineProcess StartBus(string executable, string folder, string database, out IPEndPoint address)
    {
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = folder, ["BACKCHANNEL_RATE_LIMIT"] = "100000000", ["BACKCHANNEL_KEY_MINT_LIMIT"] = "0",
        };
        foreach (var name in new[] { "DOTNET_GCConserveMemory", "DOTNET_GCgen0size", "DOTNET_PerfMapEnabled" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }

        var bus = new LineProcess(
            executable, environment, "serve", "--listen", "127.0.0.1:0", "--db", PostgresAddress.IsMeant(database) ? database : Path.Combine(folder, database), "--allow-private-webhooks");
        bus.DrainError();
        var line = Encoding.UTF8.GetString(bus.ReadLine()).Trim();
        address = IPEndPoint.Parse(line[(line.IndexOf("http://", StringComparison.Ordinal) + "http://".Length)..]);
        return bus;
    }

    /// <summary>What 1,000 requests that wait for a message cost a bus, and what they cost others.</summary>
    private static async Task<IReadOnlyList<BenchRow>> IdleWaitersAsync(LineProcess bus, IPEndPoint address, string which)
    {
        var load = new BusLoad(address);
        var before = bus.ResidentMemory();
        await using var waiters = await load.WaitIdleAsync(Waiters, $"idle {which}");
        var at = bus.ProcessorTime();
        await Task.Delay(TimeSpan.FromSeconds(10));
        var cost = (bus.ProcessorTime() - at).TotalMilliseconds / 10;
        var waiting = bus.ResidentMemory();
        var wakes = await load.WakeAsync(100, $"beside {which}");
        return
        [
            new(
                $"resident memory with {Waiters:N0} idle waiters, {which}", Bench.Text(waiting / 1048576.0, "MiB"),
                $"before them: {Bench.Text(before / 1048576.0, "MiB")}", waiting / (double)before, "< 60 MB"),
            new($"processor time of {Waiters:N0} idle waiters, {which}, over 10 s", Bench.Text(cost, "ms per s"), "", null, ""),
            Wake($"a post until a blocked listing has it, beside {Waiters:N0} waiters on another channel, median of 100", wakes),
        ];
    }

    private static BenchRow Wake(string what, LoadResult wakes) =>
        new(what, Bench.Text(wakes.MedianMs, "ms"), $"p99 {Bench.Text(wakes.P99Ms, "ms")}", null, "≤ 5 ms");

    private static BenchRow Row(string what, LoadResult result, double disk, string wanted) => new(
        what,
        $"{Bench.Text(result.PerSecond, "per s")}, p99 {Bench.Text(result.P99Ms, "ms")}",
        "syncs of the disk alone",
        result.PerSecond / disk,
        wanted);

    private static double DiskSyncsPerSecond(string folder)
    {
        using var file = new FileStream(Path.Combine(folder, "sync"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < TimeSpan.FromSeconds(2); count++)
        {
            file.Write(block);
            file.Flush(flushToDisk: true);
        }

        return count / clock.Elapsed.TotalSeconds;
    }
}
