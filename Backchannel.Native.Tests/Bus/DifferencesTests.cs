using System.Net;
using System.Net.Sockets;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus;

/// <summary>Pins the lines of Bus/DIFFERENCES.md.</summary>
[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class DifferencesTests
{
    public static TheoryData<string> DeeplyNested =>
        new($$"""{"content":"x","metadata":{"n":{{new string('[', 60)}}{{new string(']', 60)}} } }""");

    [Theory]
    [InlineData("/v1/channels/{channel}/messages", """{"content":"x",$}""")]
    [InlineData("/v1/tasks/post", """{"channel":"other","content":"x",$}""")]
    [InlineData("/v1/tasks/post-with-result", """{"channel":"other","content":"x",$}""")]
    [InlineData("/v1/tasks/claim", """{"channel":"{channel}",$}""")]
    [InlineData("/v1/tasks/claim-and-ack", """{"message_id":"{message}",$}""")]
    [InlineData("/v1/tasks/{message}/result", """{"content":"x",$}""")]
    [InlineData("/v1/messages/{message}/claim", "{$}")]
    [InlineData("/v1/messages/{message}/claim-with-lease", "{$}")]
    [InlineData("/v1/messages/{message}/release", "{$}")]
    [InlineData("/v1/messages/{message}/ack", """{"result":"x",$}""")]
    [InlineData("/v1/actors", """{"name":"x",$}""")]
    public async Task Metadata_has_the_limit_of_content_wherever_it_is_taken(string path, string body)
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxMessageBytes = 20 });
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        path = Fill(path);
        var (most, more) = ("\"metadata\":{\"x\":\"3456789012é\"}", "\"metadata\":{\"x\":\"34567890123é\"}");

        var refused = await caller.SendAsync("POST", path, Fill(body).Replace("$", more, StringComparison.Ordinal));
        var taken = await caller.SendAsync("POST", path, Fill(body).Replace("$", most, StringComparison.Ordinal));

        Assert.Equal((422, "metadata_too_large"), (refused.Status, refused.Text("error")));
        Assert.Equal((20, 21), (refused.Json.GetProperty("max_metadata_bytes").GetInt32(), refused.Json.GetProperty("received_bytes").GetInt32()));
        Assert.NotEqual(422, taken.Status);

        string Fill(string text) => text
            .Replace("{channel}", channel, StringComparison.Ordinal).Replace("{message}", message, StringComparison.Ordinal);
    }

    /// <remarks>An answer shows the names of everybody who held a task, so long ones would make it unreadable for others.</remarks>
    [Theory]
    [InlineData("/v1/messages/{message}/claim", """{"actor":"$"}""")]
    [InlineData("/v1/messages/{message}/claim-with-lease", """{"actor":"$"}""")]
    [InlineData("/v1/messages/{message}/ack", """{"actor":"$"}""")]
    [InlineData("/v1/tasks/claim", """{"channel":"lane","actor":"$"}""")]
    [InlineData("/v1/tasks/claim-next", """{"session":"secret-of-process-1","channels":["lane"],"actor":"$"}""")]
    [InlineData("/v1/messages/{message}/cancel", """{"actor":"$"}""")]
    [InlineData("/v1/messages/{message}/notes", """{"kind":"comment","text":"x","actor_label":"$"}""")]
    [InlineData("/v1/messages/{message}/notes", """{"kind":"comment","text":"x","actor":"$"}""")]
    [InlineData("/v1/channels/{channel}/messages", """{"content":"x","actor_label":"$"}""")]
    [InlineData("/v1/channels/{channel}/tasks", """{"content":"x","actor_label":"$"}""")]
    [InlineData("/v1/tasks/post", """{"channel":"new","content":"x","actor_label":"$"}""")]
    [InlineData("/v1/actors", """{"name":"$"}""")]
    [InlineData("/v1/channels/{channel}/aliases", """{"alias":"$"}""")]
    public async Task Names_and_labels_have_an_end_wherever_they_are_taken(string path, string body)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        path = path.Replace("{channel}", channel, StringComparison.Ordinal).Replace("{message}", message, StringComparison.Ordinal);
        // A quotation mark is two bytes of an answer.
        var (most, more) = (new string('n', 998) + "\\\"", new string('n', 999) + "\\\"");

        var refused = await caller.SendAsync("POST", path, body.Replace("$", more, StringComparison.Ordinal));
        var taken = await caller.SendAsync("POST", path, body.Replace("$", most, StringComparison.Ordinal));

        Assert.Equal((422, "invalid_string"), (refused.Status, refused.Text("error")));
        Assert.Contains("1,001 bytes", refused.Text("message"), StringComparison.Ordinal);
        Assert.InRange(taken.Status, 200, 201);
    }

    [Fact]
    public async Task A_lease_token_ends_with_the_release()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var lease = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{message}/release", "{}");

        var heartbeat = await caller.SendAsync("POST", $"/v1/leases/{lease.Text("lease_token")}/heartbeat", "{}");

        Assert.Equal((410, "lease_expired"), (heartbeat.Status, heartbeat.Text("error")));
    }

    [Fact]
    public async Task The_lease_of_an_expired_message_cannot_be_renewed()
    {
        var time = new FakeTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options with { DefaultTtlSeconds = 3 }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var lease = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", "{}");
        time.Advance(TimeSpan.FromSeconds(4));

        var heartbeat = await caller.SendAsync("POST", $"/v1/leases/{lease.Text("lease_token")}/heartbeat", "{}");

        Assert.Equal(410, heartbeat.Status);
    }

    [Fact]
    public async Task A_strangers_alias_does_not_hide_an_own_channel()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var own = await owner.CreateAsync("jobs");
        var other = await stranger.CreateAsync("trap");
        await stranger.SendAsync("POST", $"/v1/channels/{other}/aliases", """{"alias":"jobs"}""");

        var found = await owner.SendAsync("GET", "/v1/channels/jobs");

        Assert.Equal(own, found.Text("id"));
    }

    [Fact]
    public async Task A_strangers_alias_does_not_take_over_the_default_actor()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var actor = await stranger.SendAsync("POST", "/v1/actors", """{"name":"x"}""");
        await stranger.SendAsync("POST", $"/v1/actors/{actor.Text("id")}/aliases", """{"alias":"owner"}""");
        var message = await owner.PostAsync(await owner.CreateAsync("lane"), "one");

        var claim = await owner.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        Assert.Equal("claimed", claim.Text("status"));
    }

    [Fact]
    public async Task An_idempotency_key_of_another_operation_is_refused()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"claimable"}""", "k");

        var other = await caller.SendAsync("POST", "/v1/actors", """{"name":"x"}""", "k");

        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Text("error")));
    }

    [Fact]
    public async Task Sixteen_requests_with_one_idempotency_key_make_one_message()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"once"}""", "k")));

        var listed = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages");
        Assert.Equal(1, listed.Json.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"content":"x","metadata":{"n":NaN}}""")]
    [InlineData("""{"content":"\ud800"}""")]
    [InlineData("""{"content":"x","metadata":{"n":"\ud800"}}""")]
    [MemberData(nameof(DeeplyNested))]
    public async Task What_not_every_reader_can_read_is_refused(string body)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        var answer = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", body);

        Assert.Equal((400, "invalid_json"), (answer.Status, answer.Text("error")));
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("café", "caf%C3%A9")]
    public async Task Names_outside_plain_ASCII_are_reached_by_path(string name, string segment)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync(name);

        var found = await caller.SendAsync("GET", $"/v1/channels/{segment}");

        Assert.Equal(channel, found.Text("id"));
    }

    [Theory]
    [InlineData("limit=abc")]
    [InlineData("limit=")]
    public async Task Unreadable_limits_are_refused(string query)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        var answer = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?{query}");

        Assert.Equal((422, "invalid_limit"), (answer.Status, answer.Text("error")));
    }

    [Fact]
    public async Task A_cursor_with_a_bare_plus_is_understood()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        await caller.PostAsync(channel, "one");
        var cursor = (await caller.SendAsync("GET", $"/v1/channels/{channel}/messages")).Text("next_cursor");

        var after = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?cursor={cursor}");

        Assert.Equal((0, cursor), (after.Json.GetProperty("data").GetArrayLength(), after.Text("next_cursor")));
    }

    [Fact]
    public async Task A_task_without_content_leaves_no_channel()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        await caller.SendAsync("POST", "/v1/tasks/post", """{"channel":"jobs"}""");

        Assert.Equal(404, (await caller.SendAsync("GET", "/v1/channels/jobs")).Status);
    }

    [Fact]
    public async Task Subscribing_with_the_same_bytes_looks_again()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var body = $$"""{"channel":"{{channel}}"}""";
        await caller.SendAsync("POST", "/v1/tasks/subscribe", body);
        await caller.PostAsync(channel, "one");

        var second = await caller.SendAsync("POST", "/v1/tasks/subscribe", body);

        Assert.Equal(1, second.Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_task_that_is_done_is_not_listed_as_unclaimed_after_its_release()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim");
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack");

        await caller.SendAsync("POST", $"/v1/messages/{message}/release");
        var free = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed");

        Assert.Equal(0, free.Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Of_sixteen_mintings_of_one_label_at_once_one_succeeds()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => stranger.SendAsync("POST", "/v1/keys", """{"agent_label":"one"}""")));

        Assert.Equal((1, 15), (answers.Count(answer => answer.Status == 201), answers.Count(answer => answer.Status == 409)));
    }

    [Fact]
    public async Task Sixteen_acks_of_a_new_actor_at_once_make_one_ack_and_one_actor()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"actor":"new"}""")));

        Assert.Single(answers, answer => answer.Text("status") == "acknowledged");
        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");
        Assert.Equal(1, read.Json.GetProperty("acks").GetArrayLength());
    }

    [Fact]
    public async Task A_run_out_lease_is_freed_by_the_bus_with_all_that_belongs_to_it()
    {
        var time = new FakeTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", """{"lease_seconds":30}""");

        time.Advance(TimeSpan.FromSeconds(31));
        var page = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&wait=25");

        var freed = Assert.Single(page.Json.GetProperty("data").EnumerateArray());
        Assert.Equal((message, null), (freed.GetProperty("id").GetString(), freed.GetProperty("claimed_by_key_id").GetString()));
    }

    [Fact]
    public async Task An_archived_message_is_still_gone_rather_than_unknown()
    {
        var time = new FakeTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options with { DefaultTtlSeconds = 30, LeaseSweepInterval = TimeSpan.Zero }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        time.Advance(TimeSpan.FromSeconds(61));
        await ArchivedAsync(bus);

        var claim = await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        Assert.Equal((410, "message_expired"), (claim.Status, claim.Text("error")));
    }

    [Fact]
    public async Task A_session_channel_needs_no_description()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var made = await caller.SendAsync("POST", "/v1/tasks/create-claimable-session", "{}");

        Assert.Equal((201, "session"), (made.Status, made.Json.GetProperty("channel").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task What_the_caller_holds_can_be_claimed_and_acknowledged_at_once()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        var done = await caller.SendAsync("POST", "/v1/tasks/claim-and-ack", $$"""{"message_id":"{{message}}"}""");

        Assert.Equal((200, "claimed_and_acked"), (done.Status, done.Text("status")));
    }

    [Fact]
    public async Task A_preflight_answer_names_the_origin_once_and_allows_put()
    {
        await using var bus = await TestBus.StartAsync();

        var answer = await new BusCaller(bus, "", "").SendAsync("OPTIONS", "/v1/keys/me/scopes");

        Assert.Equal((204, "*"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Contains("traceparent", answer.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Contains("PUT", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
    }

    [SqliteFact]
    public async Task A_write_that_the_database_refuses_is_answered_so_and_kept_nowhere()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        BusAnswer refused;
        using (var other = SqliteConnection.Open(bus.DatabasePath, create: false))
        {
            other.Execute("BEGIN IMMEDIATE");
            refused = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"lost"}""", "k");
        }

        var again = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"kept"}""", "k");

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        Assert.DoesNotContain("locked", refused.Body, StringComparison.Ordinal);
        Assert.Equal((201, "kept"), (again.Status, again.Json.GetProperty("message").GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Ids_are_version_4_in_form_and_grow_with_time()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var ids = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await caller.PostAsync(channel, "one"));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
    }

    [Fact]
    public async Task A_content_length_that_is_no_number_is_refused_without_a_body()
    {
        await using var bus = await TestBus.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(bus.BaseUrl).Port);
        await using var stream = socket.GetStream();

        await stream.WriteAsync("POST /v1/channels HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n"u8.ToArray());

        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync().Within());
    }

    [Theory]
    [InlineData("/repo")]
    [InlineData("/humans.js")]
    public async Task Pages_about_the_reference_itself_are_not_served(string path)
    {
        await using var bus = await TestBus.StartAsync();

        Assert.Equal(404, (await new BusCaller(bus, "", "").SendAsync("GET", path)).Status);
    }

    // The sweep runs on its own; only the file shows its end.
    private static async Task ArchivedAsync(TestBus bus)
    {
        var patience = Deadline.Token();
        while (DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM archive") == 0)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
