using System.Net;
using System.Text.Json;
using Backchannel.Native.Bus;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

public sealed class MigrationsTests : IDisposable
{
    // Of the buses that wrote the files; good for nothing else.
    private const string Key1 = "bck_mFUiyaRGMjlO.knsHm3eUbGIqSXcLyZKHzTSiAIowBpYb";
    private const string Key2 = "bck_xbnD42LpXPC2.30SXA-lpvJIDtNc53xZI_Ja1npejMGHG";
    private const string Key4 = "bck_WZuVQ2NtvFL3.-6JW7XfdTloVEAwrQVOIqXMb0mn0v6tx";

    private const string Key5 = "bck_Ov8GTCT-vral.z9QJAizj0R31T-JHnp4a48goO7OkAOu9";

    private const string Key6 = "bck_1k1DMOKAh-jo.COJL6jxBe-WjDQ1GqriSXs2S_pCZcpQP";

    private readonly string folder = Directory.CreateTempSubdirectory("migration-").FullName;

    public MigrationsTests() => SQLitePCL.Batteries_V2.Init();

    private string File => Path.Combine(folder, "bus.db");

    [Theory]
    [InlineData("jobs", """{"total":5,"unclaimed":3,"claimed":2,"acknowledged":2}""", "61")]
    [InlineData("news", """{"total":2,"unclaimed":2,"claimed":0,"acknowledged":1}""", "null")]
    [InlineData("empty", """{"total":0,"unclaimed":0,"claimed":0,"acknowledged":0}""", "null")]
    public async Task A_file_of_version_1_has_the_counts_that_version_1_gave(string channel, string counts, string mean)
    {
        await using var bus = await StartAsync();

        var metrics = await GetAsync(bus, $"/v1/channels/{channel}/metrics");

        Assert.Equal(counts, metrics.GetProperty("message_counts").GetRawText());
        Assert.Equal(mean, metrics.GetProperty("avg_claim_to_ack_ms").GetRawText());
    }

    /// <remarks>With a transaction for each schema the log had 547,992 bytes, and a bus under <c>ulimit -f 1000</c> could not start.</remarks>
    [Fact]
    public void A_new_file_takes_its_schemas_in_one_transaction()
    {
        using var database = BusDatabase.Open(File, TimeProvider.System, static _ => { });

        Assert.InRange(new FileInfo(File + "-wal").Length, 1, 450_000);
    }

    [Fact]
    public async Task A_file_of_version_1_keeps_its_messages_history_and_sessions()
    {
        await using var bus = await StartAsync();

        var unclaimed = await GetAsync(bus, "/v1/channels/jobs/messages?status=unclaimed");
        var history = await GetAsync(bus, "/v1/channels/jobs/history");
        var totals = await GetAsync(bus, "/v1/observability/metrics");

        Assert.Equal(["task 2", "task 4"], Contents(unclaimed));
        Assert.Equal(["task 5"], Contents(history));
        Assert.Equal("3 7 2 1", string.Join(' ', totals.EnumerateObject().Skip(1).Select(member => member.Value.GetRawText())));
    }

    [Fact]
    public async Task A_file_of_version_2_keeps_its_messages_history_events_and_answers()
    {
        await using var bus = await StartAsync(2);

        var unclaimed = await GetAsync(bus, "/v1/channels/jobs/messages?status=unclaimed", Key2);
        var history = await GetAsync(bus, "/v1/channels/jobs/history", Key2);
        var metrics = await GetAsync(bus, "/v1/channels/jobs/metrics", Key2);
        var events = await GetAsync(bus, "/v1/channels/private/events", Key2);

        Assert.Equal(["task 2", "while the clock was wrong", "after the clock was wrong"], Contents(unclaimed));
        Assert.Equal(["task 4"], Contents(history));
        Assert.Equal("""{"total":6,"unclaimed":4,"claimed":2,"acknowledged":2}""", metrics.GetProperty("message_counts").GetRawText());
        Assert.Equal(2, events.GetProperty("data").GetArrayLength());
        Assert.Equal(18, DatabaseFile.QueryInteger(File, "SELECT count(*) FROM answers"));
    }

    [Fact]
    public async Task A_file_of_version_4_keeps_its_messages_and_claims_and_sends_the_events_that_its_bus_did_not_finish()
    {
        await using var receiver = new MisbehavingServer(Support.Servers.Reply.Json(200, "{}"));
        await using var bus = await StartAsync(4, $"UPDATE webhook_queue SET url = '{receiver.Address}hook'");

        var events = new[] { await receiver.NextCallAsync(), await receiver.NextCallAsync() };
        var unclaimed = await GetAsync(bus, "/v1/channels/jobs/messages?status=unclaimed", Key4);
        var metrics = await GetAsync(bus, "/v1/channels/jobs/metrics", Key4);

        Assert.Equal(
            ["half sent", "refused"],
            events.Select(call => JsonDocument.Parse(call.Text).RootElement.GetProperty("message").GetProperty("content").GetString()).Order());
        Assert.Equal(["task 3", "task 4"], Contents(unclaimed));
        Assert.Equal("""{"total":4,"unclaimed":2,"claimed":2,"acknowledged":1}""", metrics.GetProperty("message_counts").GetRawText());
    }

    [Fact]
    public async Task A_file_of_version_5_keeps_its_tasks_claims_and_results_and_its_channels_creator_may_cancel()
    {
        const string Held = "01a216d9-95b4-43cb-a3f6-a8f6132be661";
        await using var bus = await StartAsync(5);

        var unclaimed = await GetAsync(bus, "/v1/channels/jobs/messages?status=unclaimed", Key5);
        var result = await GetAsync(bus, "/v1/channels/result-of-01a216d9-95b2-4345-b83a-23e6dc58e5b9/messages", Key5);
        var held = await GetAsync(bus, $"/v1/messages/{Held}", Key5);
        using var http = new System.Net.Http.HttpClient { BaseAddress = new Uri(bus.Address) };
        var caller = new Support.Buses.BusCaller(http, Key5, "");
        var cancelled = await caller.SendAsync("POST", $"/v1/messages/{Held}/cancel", "{}");

        Assert.Equal(["task 3", "task 5", "task 6"], Contents(unclaimed));
        Assert.Equal(["done"], Contents(result));
        Assert.Equal("""{"state":"claimed","priority":5,"attempts_used":0}""", held.GetProperty("task").GetRawText());
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Text("status")));
    }

    [Fact]
    public async Task A_file_of_version_6_keeps_its_tasks_with_their_states_claims_counts_and_kept_answers()
    {
        await using var bus = await StartAsync(6);
        using var http = new System.Net.Http.HttpClient { BaseAddress = new Uri(bus.Address) };
        var caller = new Support.Buses.BusCaller(http, Key6, "");

        var metrics = await GetAsync(bus, "/v1/channels/jobs/metrics", Key6);
        var totals = await GetAsync(bus, "/v1/observability/metrics", Key6);
        var tasks = await caller.SendAsync("POST", "/v1/tasks/mine", "{}");
        var posted = await caller.SendAsync("POST", $"/v1/channels/{metrics.GetProperty("channel_id")}/messages", """{"content": "task 1"}""", "post-1");
        var claimed = await caller.SendAsync("POST", "/v1/tasks/claim-next", """{"channels": ["jobs"], "session": "a-session-of-the-file-of-schema-six-0001", "actor": "worker", "lease_seconds": 3600}""", "claim-of-six");

        Assert.Equal("""{"total":6,"unclaimed":4,"claimed":2,"acknowledged":1}""", metrics.GetProperty("message_counts").GetRawText());
        Assert.Equal("38", metrics.GetProperty("avg_claim_to_ack_ms").GetRawText());
        Assert.Equal("3 8 2 0", string.Join(' ', totals.EnumerateObject().Skip(1).Select(member => member.Value.GetRawText())));
        Assert.Equal("task 2", tasks.Json.GetProperty("held")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("01a21767-3dd3-4055-a413-9415598e7088", posted.Json.GetProperty("message").GetProperty("id").GetString());
        Assert.Equal("01a21767-3ded-4126-8a1d-c82f77bbd690", claimed.Json.GetProperty("lease").GetProperty("lease_token").GetString());
    }

    /// <summary>One post of the file was made while the clock was a century ahead.</summary>
    [Fact]
    public void What_a_file_of_version_2_got_since_a_wrong_reading_of_the_clock_ends_within_its_channels_time()
    {
        Dump(2);
        using var connection = SqliteConnection.Open(File, create: false);
        Migrations.Apply(connection);

        var now = Instant.Now(TimeProvider.System);
        Assert.InRange(connection.QueryInteger("SELECT max(expires_at) FROM messages"), now, now + (86_400 * Instant.PerSecond));
        Assert.Equal(0, connection.QueryInteger(
            """
            SELECT count(*) FROM messages m JOIN channels c ON c.number = m.channel
            WHERE m.expires_at <> coalesce(m.posted_at, m.created_at) + c.ttl_seconds * 1000000 OR m.posted_at >= m.created_at
            """));
        Assert.InRange(connection.QueryInteger("SELECT max(expires_at) FROM events"), now, now + (86_400 * Instant.PerSecond));
        Assert.True(connection.QueryInteger("SELECT max(created_at) FROM messages") > now);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_file_of_an_earlier_version_gets_the_schema_of_a_new_file(int version)
    {
        Dump(version);
        var fresh = Path.Combine(folder, "fresh.db");
        using (var connection = SqliteConnection.Open(fresh, create: true))
        {
            Migrations.Apply(connection);
        }

        using (var connection = SqliteConnection.Open(File, create: false))
        {
            Migrations.Apply(connection);
        }

        Assert.Equal(Schema(fresh), Schema(File));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<BusServer> StartAsync(int version = 1, string? more = null)
    {
        Dump(version);
        if (more is not null)
        {
            using var connection = SqliteConnection.Open(File, create: false);
            connection.Execute(more);
        }

        // Soon after the file was written.
        var time = new FakeTimeProvider(version switch
        {
            1 => new DateTimeOffset(2026, 11, 24, 18, 50, 0, TimeSpan.Zero),
            2 => new DateTimeOffset(2026, 11, 26, 0, 41, 0, TimeSpan.Zero),
            5 => new DateTimeOffset(2026, 11, 26, 7, 55, 0, TimeSpan.Zero),
            6 => new DateTimeOffset(2026, 11, 26, 10, 30, 0, TimeSpan.Zero),
            _ => new DateTimeOffset(2026, 11, 26, 4, 26, 0, TimeSpan.Zero),
        });
        var options = new BusOptions { DatabasePath = File, Listen = new IPEndPoint(IPAddress.Loopback, 0), RateLimit = 0, AllowPrivateWebhooks = true };
        return await BusServer.StartAsync(options, time, _ => { }, CancellationToken.None);
    }

    private void Dump(int version)
    {
        using var connection = SqliteConnection.Open(File, create: true);
        connection.Execute(System.IO.File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native.Tests", "Bus", "Storage", "Sqlite", $"version-{version}.sql")));
    }

    private static async Task<JsonElement> GetAsync(BusServer bus, string path, string key = Key1)
    {
        using var client = new System.Net.Http.HttpClient();
        using var request = new System.Net.Http.HttpRequestMessage(System.Net.Http.HttpMethod.Get, bus.Address + path);
        request.Headers.Add("X-API-Key", key);
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static IEnumerable<string?> Contents(JsonElement page) =>
        page.GetProperty("data").EnumerateArray().Select(message => message.GetProperty("content").GetString());

    // White space of a statement is kept as it was written, and a dump writes its own.
    private static List<string> Schema(string file)
    {
        using var connection = SqliteConnection.Open(file, create: false);
        using var query = connection.Prepare("SELECT type || ' ' || name || ' ' || sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name");
        var schema = new List<string>();
        while (query.Step())
        {
            schema.Add(string.Join(' ', query.Text(0).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        }

        return schema;
    }
}
