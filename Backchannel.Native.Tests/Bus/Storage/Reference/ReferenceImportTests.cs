using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Storage.Reference;

/// <summary>A bus goes on with what the reference server has stored.</summary>
public sealed partial class ReferenceImportTests : IAsyncLifetime, IDisposable
{
    private const string Jobs = "10000000-0000-4000-8000-00000000000a";
    private const string Hidden = "10000000-0000-4000-8000-00000000000c";
    private const string Ben = "00000000-0000-4000-8000-00000000000b";

    private readonly CliHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly MisbehavingServer receiver = new(Support.Servers.Reply.Json(200, "{}"));
    private string output = "";
    private TestBus bus = null!;
    private BusCaller ann = null!;
    private BusCaller ben = null!;

    private string Source => home.PathOf("backchannel.db");

    private string Copied => home.PathOf("bus.db");

    public async Task InitializeAsync()
    {
        Make(Source, sql => sql.Replace("'URL'", $"'{receiver.Address}hook'", StringComparison.Ordinal));
        (var exitCode, output, var errors) = await home.RunAsync("copy", "--from", Source, "--to", Copied);
        Assert.Equal((ExitCode.Done, ""), (exitCode, errors));
        bus = await TestBus.StartAsync(options => options with { DatabasePath = Copied, AllowPrivateWebhooks = true }, time);
        (ann, ben) = (Caller("ann"), Caller("ben"));
    }

    public async Task DisposeAsync()
    {
        await bus.DisposeAsync();
        await receiver.DisposeAsync();
    }

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("ann", 200, "ann", null)]
    [InlineData("ben", 200, "ben", "messages:claim messages:read")]
    [InlineData("old", 401, null, null)]
    [InlineData("twin", 401, null, null)]
    [InlineData("end", 401, null, null)]
    [InlineData("odd", 401, null, null)]
    public async Task Keys_stay_valid_with_their_labels_and_scopes(string name, int status, string? owner, string? scopes)
    {
        var answer = await Caller(name).SendAsync("GET", "/v1/keys/me");

        Assert.Equal((status, owner), (answer.Status, answer.Status == 200 ? answer.Text("owner_id") : null));
        if (scopes is not null)
        {
            Assert.Equal(scopes, string.Join(' ', answer.Json.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString())));
        }
    }

    [Fact]
    public async Task Channels_and_actors_keep_their_ids_names_and_aliases()
    {
        var jobs = (await ann.SendAsync("GET", "/v1/channels/work")).Json;
        var byName = (await ann.SendAsync("GET", "/v1/channels/jobs")).Json;
        var listed = (await ann.SendAsync("GET", "/v1/channels")).Json.GetProperty("data").EnumerateArray().Select(channel => channel.Text("name"));
        var actor = (await ann.SendAsync("GET", "/v1/actors/benny")).Json;

        Assert.Equal((Jobs, Jobs, "ann", "bck_ann"), (jobs.Text("id"), byName.Text("id"), jobs.Text("owner_id"), jobs.Text("created_by_key_id")));
        Assert.Equal("news", Assert.Single(jobs.GetProperty("related_channels").EnumerateArray()).Text("name"));
        Assert.Equal(["news", "jobs"], listed);
        Assert.Equal((Ben, "ben", """{"unreadable":"{\"size\": NaN}"}"""), (actor.Text("id"), actor.Text("owner_id"), actor.GetProperty("metadata").GetRawText()));
        Assert.Equal(200, (await ben.SendAsync("GET", $"/v1/actors/{Ben}/webhook")).Status);
    }

    [Fact]
    public async Task Messages_keep_their_order_times_content_claims_and_acks()
    {
        var page = (await ann.SendAsync("GET", $"/v1/channels/{Jobs}/messages")).Json.GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["one", "two", "held", "leased", "done", "released"], page.Select(message => message.Text("content")));
        // The retracted message has the first place of the three of one time.
        Assert.Equal("2026-05-03T08:00:00.000002+00:00", page[0].Text("created_at"));
        Assert.Equal("2026-05-03T08:00:00.000003+00:00", page[1].Text("created_at"));
        Assert.Equal("2026-05-10T08:00:00.000001+00:00", page[0].Text("expires_at"));
        Assert.Equal(("ann", """{"n":1.0}"""), (page[0].GetProperty("actor").Text("name"), page[0].GetProperty("metadata").GetRawText().Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal("ben", Assert.Single(page[0].GetProperty("mentions").EnumerateArray()).Text("name"));
        Assert.Equal("somebody", page[1].Text("actor_label"));
        Assert.Equal((Ben, "bck_ben"), (page[2].GetProperty("claimed_by").Text("id"), page[2].Text("claimed_by_key_id")));
        Assert.Equal("2026-05-03T12:00:02.000000+00:00", Assert.Single(page[4].GetProperty("acknowledged_by").EnumerateArray()).Text("occurred_at"));
        Assert.Equal(JsonValueKind.Null, page[5].GetProperty("claimed_by").ValueKind);
    }

    [Fact]
    public async Task Counts_are_those_of_the_messages()
    {
        var metrics = (await ann.SendAsync("GET", $"/v1/channels/{Jobs}/metrics")).Json;

        Assert.Equal("""{"total":6,"unclaimed":3,"claimed":3,"acknowledged":1}""", metrics.GetProperty("message_counts").GetRawText());
        Assert.Equal(2_000, metrics.GetProperty("avg_claim_to_ack_ms").GetInt32());
    }

    [Fact]
    public async Task A_task_under_a_lease_is_held_until_the_lease_ends()
    {
        var leased = await IdOfAsync("leased");
        var early = await ann.SendAsync("POST", $"/v1/messages/{leased}/claim", "{}");

        time.Advance(TimeSpan.FromMinutes(30));
        var later = await ann.SendAsync("POST", $"/v1/messages/{leased}/claim", "{}");

        Assert.Equal((409, 200), (early.Status, later.Status));
    }

    [Fact]
    public async Task Released_and_unclaimed_tasks_are_free_and_a_holder_may_acknowledge()
    {
        var claimed = await ann.SendAsync("POST", $"/v1/messages/{await IdOfAsync("released")}/claim", "{}");
        var acknowledged = await ben.SendAsync("POST", $"/v1/messages/{await IdOfAsync("held")}/ack", "{}");

        Assert.Equal(("claimed", "acknowledged"), (claimed.Text("status"), acknowledged.Text("status")));
    }

    [Fact]
    public async Task History_has_what_was_archived_and_all_of_it_ends_in_its_time()
    {
        var before = (await ann.SendAsync("GET", $"/v1/channels/{Jobs}/history")).Json.GetProperty("data").EnumerateArray().Select(message => message.Text("content"));
        time.Advance(new TimeSpan(days: 6, hours: 5, minutes: 30, seconds: 0));

        var messages = (await ann.SendAsync("GET", $"/v1/channels/{Jobs}/messages")).Json.GetProperty("data").EnumerateArray().Select(message => message.Text("content"));

        Assert.Equal(["taken back"], before);
        Assert.Equal(["held", "leased", "done", "released"], messages);
    }

    [Fact]
    public async Task Members_invitations_events_and_requests_are_there()
    {
        var members = (await ann.SendAsync("GET", $"/v1/channels/{Hidden}/members")).Json.GetProperty("data").EnumerateArray().Select(member => member.Text("key_id"));
        var events = (await ann.SendAsync("GET", $"/v1/channels/{Hidden}/events")).Json.GetProperty("data").EnumerateArray().Select(happened => happened.Text("event_type"));
        var requests = (await ann.SendAsync("GET", $"/v1/channels/{Hidden}/access-requests")).Json.GetProperty("data").EnumerateArray();

        Assert.Equal(["bck_ann", "bck_ben"], members);
        Assert.Equal(["invitation_resolved", "member_added"], events);
        Assert.Equal("please", Assert.Single(requests).Text("reason"));
        Assert.Equal(200, (await ben.SendAsync("GET", $"/v1/channels/{Hidden}/messages")).Status);
        Assert.Equal(200, (await ben.SendAsync("GET", "/v1/channel-invitations/an-invitation-of-24-chars")).Status);
    }

    [Fact]
    public async Task Sessions_the_log_of_keys_the_minting_switch_and_waiting_webhooks_are_there()
    {
        var sessions = (await ann.SendAsync("GET", "/v1/sessions")).Json.GetProperty("data").EnumerateArray();
        var audit = (await ann.SendAsync("GET", "/v1/security/audit")).Json.GetProperty("data").EnumerateArray();
        var health = (await ann.SendAsync("GET", "/health")).Json;
        var sent = await receiver.NextCallAsync();

        Assert.Equal("s", Assert.Single(sessions).Text("name"));
        Assert.Equal("key.issue", Assert.Single(audit).Text("event_type"));
        Assert.False(health.GetProperty("public_minting_enabled").GetBoolean());
        Assert.Equal("""{"message": {"content": "waits"}}""", sent.Text);
    }

    [Theory]
    [InlineData("9 ids of messages: ")]
    [InlineData("1 lease tokens: ")]
    [InlineData("1 kept answers: ")]
    [InlineData("1 records of claims: ")]
    [InlineData("2 webhook events that were delivered or given up: ")]
    [InlineData("1 teams, addresses and credits of keys: ")]
    [InlineData("1 records of the cleanup: ")]
    [InlineData("2 objects of JSON that this bus refuses: ")]
    [InlineData("1 keys with an end: ")]
    [InlineData("1 older active keys of a label that has several: ")]
    [InlineData("1 keys with a hash of another form: ")]
    [InlineData("2 archived messages and access requests of deleted channels: ")]
    public void What_is_not_carried_over_is_listed(string line)
    {
        Assert.Contains(", from the reference server's form\n", output, StringComparison.Ordinal);
        Assert.Contains("Not carried over, or not as it was:\n", output, StringComparison.Ordinal);
        Assert.Contains($"  {line}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_posts_come_after_everything()
    {
        time.SetUtcNow(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
        var posted = (await ann.SendAsync("POST", $"/v1/channels/{Jobs}/messages", """{"content":"new"}""", "k")).Json;

        var page = (await ann.SendAsync("GET", $"/v1/channels/{Jobs}/messages?cursor=2026-05-03T12:00:00%2B00:00")).Json;

        Assert.Equal(posted.GetProperty("message").Text("id"), Assert.Single(page.GetProperty("data").EnumerateArray()).Text("id"));
    }

    [Fact]
    public async Task A_source_that_was_edited_by_hand_is_refused_with_what_is_wrong()
    {
        var other = home.PathOf("edited.db");
        Make(other, sql => sql + "UPDATE messages SET created_at = 'yesterday' WHERE id = 'm1';");

        var (exitCode, _, errors) = await home.RunAsync("copy", "--from", other, "--to", home.PathOf("none.db"));

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("has 'yesterday' where a time is expected", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(home.PathOf("none.db")));
    }

    private static void Make(string file, Func<string, string> change)
    {
        SQLitePCL.Batteries_V2.Init();
        var sql = File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native.Tests", "Bus", "Storage", "Reference", "reference-0.1.0.sql"));
        using var connection = SqliteConnection.Open(file, create: true);
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute(change(HashMark().Replace(sql, match => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value))))));
    }

    private async Task<string> IdOfAsync(string content) =>
        (await ann.SendAsync("GET", $"/v1/channels/{Jobs}/messages")).Json.GetProperty("data").EnumerateArray().Single(message => message.Text("content") == content).Text("id");

    private BusCaller Caller(string name) => new(bus, $"bck_{name}.secret-of-{name}", $"bck_{name}");

    [GeneratedRegex(@"HASH\(([^)]*)\)")]
    private static partial Regex HashMark();
}
