namespace Backchannel.Native.Tests.Measurements;

/// <summary>Posts of a bus beside <c>XADD</c> of the same content on a Redis that syncs before each answer, in turns, on one file system.</summary>
/// <remarks>One C program of one thread (<see cref="PostLoad"/>) makes the load on both. A load in .NET would take processor time from the server that is measured.</remarks>
/// <param name="redis">Appends on a number of connections, a number of times over all of them.</param>
/// <param name="buses">The same for posts.</param>
internal sealed class RedisComparison(
    Func<int, int, Task<LoadResult>> redis, IReadOnlyList<(string Name, Func<int, int, Task<LoadResult>> Load)> buses)
{
    private const int Rounds = 9;

    /// <param name="connections">On which everyone posts at once.</param>
    /// <param name="perRound">Posts of each round.</param>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(int connections, int perRound, string wanted)
    {
        var appended = new List<LoadResult>();
        var posted = buses.Select(_ => new List<LoadResult>()).ToArray();

        // The first round warms up.
        for (var round = 0; round <= Rounds; round++)
        {
            appended.Add(await redis(connections, perRound));
            for (var bus = 0; bus < buses.Count; bus++)
            {
                posted[bus].Add(await buses[bus].Load(connections, perRound));
            }
        }

        return [.. buses.Select((bus, i) => Row(bus.Name, appended.Skip(1), posted[i].Skip(1)))];

        BenchRow Row(string bus, IEnumerable<LoadResult> redis, IEnumerable<LoadResult> own) => new(
            $"posts on {(connections == 1 ? "one connection" : $"{connections} connections")}{bus}; median of {Rounds} rounds in turns",
            $"{Bench.Text(Bench.Median(own.Select(result => result.PerSecond)), "per s")}, p99 {Bench.Text(Bench.Median(own.Select(result => result.P99Ms)), "ms")}",
            $"Redis, `XADD` with `appendfsync always`: {Bench.Text(Bench.Median(redis.Select(result => result.PerSecond)), "per s")}, p99 {Bench.Text(Bench.Median(redis.Select(result => result.P99Ms)), "ms")}",
            Bench.Median(own.Zip(redis, (ours, theirs) => ours.PerSecond / theirs.PerSecond)),
            wanted);
    }
}
