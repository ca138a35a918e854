using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Postgres;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>What people's views cost a bus that holds many messages, and what those who look on cost those who post.</summary>
internal static class ViewBench
{
    private const int Tasks = 10_000;
    private const int Repetitions = 20;
    private const int Pages = 50;
    private const int Connections = 32;
    private const int Posts = 20_000;
    private const int Rounds = 5;

    /// <param name="stored">Messages of the bus that is searched.</param>
    public static async IAsyncEnumerable<BenchRow> RunAsync(string executable, int stored)
    {
        var folder = Directory.CreateTempSubdirectory("bench-views-").FullName;
        try
        {
            var clock = Stopwatch.StartNew();
            var key = await FillAsync(Path.Combine(folder, "stored.db"), stored);
            yield return new($"{stored:N0} messages stored, and their words entered", Bench.Text(clock.Elapsed.TotalSeconds, "s"), "", null, "");
            await foreach (var row in SearchesAsync(executable, folder, "stored.db", key, stored, "SQLite"))
            {
                yield return row;
            }

            if (PostgresServer.Obstacle is null)
            {
                await using var server = await PostgresServer.StartAsync("shared_buffers=256MB", "max_wal_size=2GB");
                await using var database = await server.CreateDatabaseAsync();
                clock.Restart();
                await CopyAsync(executable, Path.Combine(folder, "stored.db"), database);
                yield return new($"{stored:N0} messages copied to PostgreSQL, and their words entered by a bus", Bench.Text(clock.Elapsed.TotalSeconds, "s"), "", null, "");
                await foreach (var row in SearchesAsync(executable, folder, database.Address, key, stored, "PostgreSQL"))
                {
                    yield return row;
                }
            }

            key = await FillAsync(Path.Combine(folder, "tasks.db"), Tasks);
            using (var bus = BusBench.StartBus(executable, folder, "tasks.db", out var address))
            {
                using var client = await ConnectAsync(address);
                yield return new($"lanes with {Tasks:N0} tasks", Bench.Text(await TimeAsync(client, key, "/v1/lanes"), "ms"), "", null, "the page's first view ≤ 300 ms");
            }

            yield return await LookingOnAsync(executable, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async IAsyncEnumerable<BenchRow> SearchesAsync(string executable, string folder, string database, string key, int stored, string engine)
    {
        using var bus = BusBench.StartBus(executable, folder, database, out var address);
        using var client = await ConnectAsync(address);
        foreach (var (what, question) in new[]
        {
            ("a word of all messages", "task"), ("a beginning of all of them", "ta"), ("a word of few", "w77"), ("two beginnings", "w1+w2"),
            ("one message", $"n{stored / 3}"), ("a word that is nowhere", "nowhere"), ("a frequent and an absent one", "task+nowhere"),
        })
        {
            var found = await TimeAsync(client, key, $"/v1/search?q={question}");
            yield return new($"{engine}: search of {what} among {stored:N0}, median of {Repetitions}", Bench.Text(found, "ms"), "", null, "≤ 100 ms");
        }

        yield return new($"{engine}: lanes with {stored:N0} messages", Bench.Text(await TimeAsync(client, key, "/v1/lanes"), "ms"), "", null, "");
    }

    /// <summary>Copies a filled file into an empty database, and waits until a bus has entered the words.</summary>
    private static async Task CopyAsync(string executable, string file, PostgresDatabase database)
    {
        var copy = await ProgramRun.RunAsync(executable, ["copy", "--from", file, "--to", database.Address]);
        if (copy.ExitCode != 0)
        {
            throw new InvalidOperationException(copy.Errors);
        }

        using var bus = BusBench.StartBus(executable, Path.GetDirectoryName(file)!, database.Address, out _);
        while (await database.QueryAsync("SELECT (SELECT max(created_at) FROM messages) = (SELECT place FROM words_place WHERE kind = 'messages')") != "t")
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Posts with and without people who look on, in turns.</summary>
    private static async Task<BenchRow> LookingOnAsync(string executable, string folder)
    {
        using var bus = BusBench.StartBus(executable, folder, "watched.db", out var address);
        var load = new BusLoad(address);
        await load.PrepareAsync("watched");
        await load.PostAsync(Connections, Posts);
        var (alone, watched) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            alone.Add((await load.PostAsync(Connections, Posts)).PerSecond);
            using var end = new CancellationTokenSource();
            var pages = Enumerable.Range(0, Pages).Select(_ => LookOnAsync(address, load.Key, end.Token)).ToList();
            watched.Add((await load.PostAsync(Connections, Posts)).PerSecond);
            await end.CancelAsync();
            await Task.WhenAll(pages);
        }

        return new(
            $"posts on {Connections} connections while {Pages} pages look on", Bench.Text(Bench.Median(watched), "per s"),
            $"without them, in turns: {Bench.Text(Bench.Median(alone), "per s")}", Bench.Median(watched) / Bench.Median(alone), "ratio ≥ 0.95");
    }

    /// <summary>As a page does it: what changes is waited for; when it is much, everything is read anew, and again after two seconds.</summary>
    private static async Task LookOnAsync(IPEndPoint address, string key, CancellationToken end)
    {
        using var client = await ConnectAsync(address);
        var cursor = (await GetAsync(client, key, "/v1/lanes")).GetProperty("cursor").GetString();
        while (!end.IsCancellationRequested)
        {
            var answer = await GetAsync(client, key, $"/v1/changes?after={cursor}&wait=1");
            cursor = answer.GetProperty("cursor").GetString();
            if (answer.GetProperty("more").GetBoolean())
            {
                await GetAsync(client, key, "/v1/lanes?stuck=10");
            }

            await Task.Delay(TimeSpan.FromSeconds(2), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<RawHttpClient> ConnectAsync(IPEndPoint address)
    {
        var client = new RawHttpClient();
        await client.ConnectAsync(address);
        return client;
    }

    private static async Task<double> TimeAsync(RawHttpClient client, string key, string path)
    {
        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await GetAsync(client, key, path);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Bench.Median(times);
    }

    private static async Task<JsonElement> GetAsync(RawHttpClient client, string key, string path)
    {
        var answer = await client.SendAsync(RawHttpClient.Request("GET", path, key, ""));
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    /// <returns>The key that owns it.</returns>
    private static async Task<string> FillAsync(string path, int messages)
    {
        const int Slice = 2_000;
        const int Vocabulary = 20_000;
        const int WordsOfMessage = 12;
        using var database = BusDatabase.Open(path, TimeProvider.System, static _ => { });
        var (raw, key) = StoredBus.NewKey();
        var channel = await database.Writes.RunAsync(context =>
        {
            context.Storage.Keys.Add(key, context.Now);
            return ChannelCreation.Store(context, new ChannelRecord
            {
                Id = "", OwnerId = key.OwnerId, CreatedByKeyId = key.KeyId, Name = "work", Mode = ChannelMode.Claimable, Access = ChannelAccess.Open,
                Discoverable = true, Description = "", MetadataSchema = "{}", TtlSeconds = 86_400, RetentionDays = 7, CreatedAt = 0, UpdatedAt = 0,
            });
        });
        var random = new Random(1);
        for (var start = 0; start < messages; start += Slice)
        {
            await database.Writes.RunAsync(context =>
            {
                for (var i = start; i < Math.Min(messages, start + Slice); i++)
                {
                    var words = Enumerable.Range(0, WordsOfMessage).Select(_ => string.Create(CultureInfo.InvariantCulture, $"w{random.Next(Vocabulary)}"));
                    new MessagePosting(string.Create(CultureInfo.InvariantCulture, $"task n{i} {string.Join(' ', words)}"), null, null, null, null).Post(context, key, channel);
                }

                return true;
            });
            while (await database.Writes.RunAsync(static context => context.Storage.Search.Enter(Slice)) > 0)
            {
            }
        }

        return raw;
    }
}
