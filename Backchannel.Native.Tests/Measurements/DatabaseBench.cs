using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Postgres;
using Npgsql;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>What buses of their own processes carry that share a PostgreSQL database on the same machine, beside SQLite's figure.</summary>
/// <remarks>
/// The server keeps what it commits, as by default. Ratios are of rounds that take turns. A C program (<see cref="PostLoad"/>) makes the load on each
/// bus: one in .NET would take processor time from what is measured.
/// </remarks>
internal static class DatabaseBench
{
    private const int Few = 32;
    private const int Many = 96;
    private const int PerRound = 5_000;
    private const int Rounds = 5;
    private const int Stored = 1_000;

    /// <param name="stored">How many messages the fuller of two databases has stored.</param>
    public static async IAsyncEnumerable<BenchRow> RunAsync(string executable, int stored)
    {
        if (CProgram.Obstacle is { } obstacle)
        {
            yield return new("buses on PostgreSQL", $"not measured: {obstacle}", "", null, "");
            yield break;
        }

        await using var server = await PostgresServer.StartAsync("max_connections=300", "shared_buffers=256MB", "max_wal_size=2GB");
        var folder = Directory.CreateTempSubdirectory("bench-db-").FullName;
        try
        {
            var load = new PostLoad(folder);
            double plain;
            await using (var database = await server.CreateDatabaseAsync())
            {
                using var buses = new Buses(executable, folder, [.. Enumerable.Repeat(database.Address, 3)]);
                using var sqlite = new Buses(executable, folder, [Path.Combine(folder, "bus.db")]);
                (plain, var rows) = await ComparePostsAsync(load, buses, sqlite, database);
                foreach (var row in rows)
                {
                    yield return row;
                }

                yield return await WakeAsync(buses);
            }

            await using (var database = await server.CreateDatabaseAsync())
            {
                using var front = new DelayingFront(folder, server.Port, TimeSpan.FromMilliseconds(1));
                var address = $"postgres://{PostgresServer.Administrator}:{Uri.EscapeDataString(PostgresServer.Password)}@127.0.0.1:{front.Port}/{database.Name}?sslmode=disable";
                using var buses = new Buses(executable, folder, [.. Enumerable.Repeat(address, 3)]);
                var posts = Posts(load, await buses.PrepareAsync("delayed"));
                await PostAsync(posts, Many, PerRound);
                var rates = new List<double>();
                for (var round = 0; round < Rounds; round++)
                {
                    rates.Add(await PostAsync(posts, Many, PerRound));
                }

                yield return new(
                    $"posts at three buses on {Many} connections, with 1 ms more each way to the database; median of {Rounds}",
                    Bench.Text(Bench.Median(rates), "per s"), PlainText(plain), Bench.Median(rates) / plain, "≥ 3,000 per s");
            }

            yield return await CompareStoredAsync(load, server, executable, folder, stored);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string PlainText(double rate) => $"one transaction of four statements a post: {Bench.Text(rate, "per s")}";

    /// <returns>Rows, and the posts a second of one transaction each.</returns>
    private static async Task<(double Plain, IReadOnlyList<BenchRow> Rows)> ComparePostsAsync(PostLoad load, Buses buses, Buses sqlite, PostgresDatabase database)
    {
        var shared = Posts(load, await buses.PrepareAsync("posts"));
        var file = Posts(load, await sqlite.PrepareAsync("posts"));
        using var plain = new PlainPosts(database.Address, Few);
        var (one, three, single, alone) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var rates = (
                One: await PostAsync([shared[0]], Few, PerRound),
                Plain: plain.Run(PerRound),
                Three: await PostAsync(shared, Many, 2 * PerRound),
                Alone: await PostAsync(file, Few, PerRound));
            if (round > 0)
            {
                one.Add(rates.One);
                single.Add(rates.Plain);
                three.Add(rates.Three);
                alone.Add(rates.Alone);
            }
        }

        var plainRate = Bench.Median(single);
        return (plainRate,
        [
            new(
                $"posts at one bus on {Few} connections, median of {Rounds}", Bench.Text(Bench.Median(one), "per s"),
                $"{PlainText(plainRate)}; the same bus on SQLite: {Bench.Text(Bench.Median(alone), "per s")}",
                Bench.Median(one) / plainRate, "ratio ≥ 1.5"),
            new(
                $"posts at three buses on {Many} connections, median of {Rounds}", Bench.Text(Bench.Median(three), "per s"),
                PlainText(plainRate), Bench.Median(three) / plainRate, "≥ 10,000 per s"),
        ]);
    }

    /// <summary>From the answer to a post at one bus until a claimer that waits at another one has the task.</summary>
    private static async Task<BenchRow> WakeAsync(Buses buses)
    {
        const int Tasks = 200;
        var loads = await buses.PrepareAsync("wake");
        using var poster = await loads[0].ConnectAsync();
        using var claimer = await loads[1].ConnectAsync();
        var times = new double[Tasks];
        for (var i = 0; i < Tasks; i++)
        {
            var claim = $$"""{"channels":["{{loads[0].Channels[0]}}"],"session":"session-of-the-claimer","actor":"worker","wait":20}""";
            var waiting = loads[1].SendAsync(claimer, "/v1/tasks/claim-next", claim, IdempotencyKey.New().Value);

            // Long enough for the claim to be held; what is timed begins behind it.
            await Task.Delay(30);
            await loads[0].PostForIdAsync(poster);
            var posted = Stopwatch.GetTimestamp();
            using var claimed = JsonDocument.Parse(await waiting);
            times[i] = Stopwatch.GetElapsedTime(posted).TotalMilliseconds;
            var id = claimed.RootElement.GetProperty("message").GetProperty("id").GetString();
            await loads[1].SendAsync(claimer, $"/v1/messages/{id}/ack", """{"session":"session-of-the-claimer"}""", null);
        }

        var result = LoadResult.Of(times, TimeSpan.Zero);
        return new(
            $"from the answer to a post until a claimer that waits at another bus has the task, median of {Tasks}", Bench.Text(result.MedianMs, "ms"),
            $"p99 {Bench.Text(result.P99Ms, "ms")}", null, "≤ 20 ms");
    }

    private static async Task<BenchRow> CompareStoredAsync(PostLoad load, PostgresServer server, string executable, string folder, int stored)
    {
        await using var small = await server.CreateDatabaseAsync();
        await using var large = await server.CreateDatabaseAsync();
        var few = await FillAsync(small, Stored);
        var many = await FillAsync(large, stored);
        await server.QueryAsync(large.Name, "VACUUM ANALYZE");
        using var fewBus = new Buses(executable, folder, [small.Address]);
        using var manyBus = new Buses(executable, folder, [large.Address]);
        fewBus.Loads[0].Use(few.Key, few.Small);
        manyBus.Loads[0].Use(many.Key, many.Small);
        var (fewPosts, manyPosts) = (Posts(load, fewBus.Loads), Posts(load, manyBus.Loads));
        var (fewRates, manyRates) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var rates = (Few: await PostAsync(fewPosts, Few, PerRound), Many: await PostAsync(manyPosts, Few, PerRound));
            if (round > 0)
            {
                fewRates.Add(rates.Few);
                manyRates.Add(rates.Many);
            }
        }

        return new(
            $"posts at one bus on {Few} connections with {stored:N0} stored messages, median of {Rounds}", Bench.Text(Bench.Median(manyRates), "per s"),
            $"with {Stored:N0} stored: {Bench.Text(Bench.Median(fewRates), "per s")}", Bench.Median(manyRates) / Bench.Median(fewRates), "ratio ≥ 0.8");

        // Makes a file and copies it, which is many times faster than filling the server's database message by message.
        async Task<StoredBus> FillAsync(PostgresDatabase database, int messages)
        {
            var file = Path.Combine(folder, $"{database.Name}.db");
            var filled = await StoredBus.FillAsync(file, messages);
            var copy = await ProgramRun.RunAsync(executable, ["copy", "--from", file, "--to", database.Address], limit: TimeSpan.FromMinutes(20));
            return copy.ExitCode == 0 ? filled : throw new InvalidOperationException(copy.Errors);
        }
    }

    /// <summary>Posts to each bus, each to all its channels in turn.</summary>
    private static IReadOnlyList<Func<int, int, Task<LoadResult>>> Posts(PostLoad load, IReadOnlyList<BusLoad> buses) =>
        [.. buses.Select((bus, i) => load.Of(bus.Port, bus.PostRequests(PostLoad.Mark(i)), BusLoad.Posted))];

    /// <returns>Posts a second over all buses.</returns>
    private static async Task<double> PostAsync(IReadOnlyList<Func<int, int, Task<LoadResult>>> buses, int connections, int total)
    {
        var results = await Task.WhenAll(buses.Select(post => post(connections / buses.Count, total / buses.Count)));
        return results.Sum(static result => result.PerSecond);
    }

    /// <summary>Buses of their own processes.</summary>
    private sealed class Buses : IDisposable
    {
        private readonly List<LineProcess> processes = [];

        public Buses(string executable, string folder, IReadOnlyList<string> databases)
        {
            foreach (var database in databases)
            {
                var environment = new Dictionary<string, string>
                {
                    ["HOME"] = folder, ["BACKCHANNEL_RATE_LIMIT"] = "100000000", ["BACKCHANNEL_KEY_MINT_LIMIT"] = "0", ["BACKCHANNEL_DB"] = database,
                };
                var bus = new LineProcess(executable, environment, "serve", "--listen", "127.0.0.1:0");
                processes.Add(bus);
                bus.DrainError();
                var line = Encoding.UTF8.GetString(bus.ReadLine()).Trim();
                Loads.Add(new BusLoad(IPEndPoint.Parse(line[(line.IndexOf("http://", StringComparison.Ordinal) + "http://".Length)..])));
            }
        }

        public List<BusLoad> Loads { get; } = [];

        /// <summary>A key and 32 channels that all of them use.</summary>
        public async Task<IReadOnlyList<BusLoad>> PrepareAsync(string label)
        {
            await Loads[0].PrepareAsync(label, channels: 32);
            Loads.ForEach(load => load.Use(Loads[0].Key, Loads[0].Channels));
            return Loads;
        }

        public void Dispose() => processes.ForEach(static process => process.Dispose());
    }

    /// <summary>What a bus without a writer of its own would do: one transaction a post, on as many connections as there are callers.</summary>
    private sealed class PlainPosts : IDisposable
    {
        private readonly List<NpgsqlConnection> connections = [];
        private long last = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;

        public PlainPosts(string address, int count)
        {
            var source = Backchannel.Native.Bus.Storage.Postgres.PostgresAddress.Parse(address).Connect();
            for (var i = 0; i < count; i++)
            {
                connections.Add(source.OpenConnection());
            }

            using var make = new NpgsqlCommand(
                """
                CREATE TABLE plain_channels AS SELECT number, id, name FROM channels;
                CREATE UNIQUE INDEX ON plain_channels (id);
                CREATE TABLE plain_answers (digest bigint PRIMARY KEY, body bytea NOT NULL);
                CREATE TABLE plain_messages (created_at bigint PRIMARY KEY, channel bigint NOT NULL, content text NOT NULL, expires_at bigint NOT NULL);
                CREATE INDEX ON plain_messages (channel);
                """,
                connections[0]);
            make.ExecuteNonQuery();
        }

        /// <returns>Posts a second.</returns>
        public double Run(int total)
        {
            var left = total;
            var clock = Stopwatch.StartNew();
            var threads = connections.ConvertAll(connection => new Thread(() =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    Post(connection, Interlocked.Increment(ref last));
                }
            }));
            threads.ForEach(static thread => thread.Start());
            threads.ForEach(static thread => thread.Join());
            return total / clock.Elapsed.TotalSeconds;
        }

        public void Dispose() => connections.ForEach(static connection => connection.Dispose());

        private static void Post(NpgsqlConnection connection, long now)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, "SELECT body FROM plain_answers WHERE digest = $1", now);
            Execute(connection, "SELECT id, name FROM plain_channels WHERE number = $1", now % 32);
            Execute(connection, "INSERT INTO plain_messages (created_at, channel, content, expires_at) VALUES ($1, $2, $3, $4)", now, now % 32, BusLoad.Content, now);
            Execute(connection, "INSERT INTO plain_answers (digest, body) VALUES ($1, $2)", now, new byte[300]);
            transaction.Commit();
        }

        private static void Execute(NpgsqlConnection connection, string sql, params object[] values)
        {
            using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            command.ExecuteNonQuery();
        }
    }
}
