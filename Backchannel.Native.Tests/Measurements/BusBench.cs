using System.Diagnostics;
using System.Net;
using System.Text;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>What a bus of its own process carries, measured from this one; every 2xx is on disk before it is sent.</summary>
internal static class BusBench
{
    private const int Connections = 32;

    public static async IAsyncEnumerable<BenchRow> RunAsync(string executable)
    {
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        try
        {
            var disk = DiskSyncsPerSecond(folder);
            yield return new("the disk alone: 4 KiB written and synced, one after the other", Bench.Text(disk, "per s"), "", null, "");

            using (var idle = StartBus(executable, folder, "idle.db"))
            {
                yield return await IdleWaitersAsync(idle);
            }

            using var bus = StartBus(executable, folder, "bus.db");
            var load = new BusLoad(ReadAddress(bus));

            await load.PrepareAsync("warm-up");
            await load.PostAsync(Connections, 5_000);

            await load.PrepareAsync("single");
            var single = await load.PostAsync(1, 3_000);
            yield return Row("posts on one connection", single, disk, "≥ 1,000 per s");

            await load.PrepareAsync("many");
            var posts = await load.PostAsync(Connections, 30_000);
            yield return Row($"posts on {Connections} connections", posts, disk, "≥ 8,000 per s, p99 ≤ 50 ms");

            var cycles = await load.ClaimAndAckAsync(Connections, 20_000);
            yield return Row($"claim with lease and ack on {Connections} connections", cycles, disk, "≥ 6,000 per s, p99 ≤ 50 ms");

            var wakes = await load.WakeAsync(200);
            yield return new(
                "a post until a blocked listing has it, median of 200", Bench.Text(wakes.MedianMs, "ms"), $"p99 {Bench.Text(wakes.P99Ms, "ms")}", null, "≤ 5 ms");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static LineProcess StartBus(string executable, string folder, string database) => new(
        executable,
        new Dictionary<string, string> { ["HOME"] = folder, ["BACKCHANNEL_RATE_LIMIT"] = "0", ["BACKCHANNEL_KEY_MINT_LIMIT"] = "0" },
        "serve", "--listen", "127.0.0.1:0", "--db", Path.Combine(folder, database), "--log-level", "WARNING");

    private static async Task<BenchRow> IdleWaitersAsync(LineProcess bus)
    {
        var load = new BusLoad(ReadAddress(bus));
        var before = bus.ResidentMemory();
        await using var waiters = await load.WaitIdleAsync(1_000);
        var waiting = bus.ResidentMemory();
        return new(
            "resident memory with 1,000 idle waiters, fresh bus", Bench.Text(waiting / 1048576.0, "MiB"),
            $"before them: {Bench.Text(before / 1048576.0, "MiB")}", waiting / (double)before, "< 60 MB");
    }

    private static BenchRow Row(string what, LoadResult result, double disk, string wanted) => new(
        what,
        $"{Bench.Text(result.PerSecond, "per s")}, p99 {Bench.Text(result.P99Ms, "ms")}",
        "syncs of the disk alone",
        result.PerSecond / disk,
        wanted);

    private static IPEndPoint ReadAddress(LineProcess bus)
    {
        var line = Encoding.UTF8.GetString(bus.ReadLine()).Trim();
        var start = line.IndexOf("http://", StringComparison.Ordinal) + "http://".Length;
        return IPEndPoint.Parse(line[start..]);
    }

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
