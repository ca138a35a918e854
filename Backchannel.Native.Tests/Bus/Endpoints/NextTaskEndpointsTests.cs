using System.Net.Http;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

/// <summary>One request claims the best open task of some channels, or waits for it; and who works on a channel is told.</summary>
public sealed class NextTaskEndpointsTests
{
    private const string Own = "secret-of-process-1";
    private const string Other = "secret-of-process-2";

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task The_answer_has_the_task_its_lease_and_how_often_it_was_taken()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");

        var claimed = await NextAsync(caller, Own, "lane", """, "actor": "worker", "lease_seconds": 600""");
        var renewed = await caller.SendAsync(
            "POST", $"/v1/leases/{Lease(claimed)}/heartbeat", $$"""{"session":"{{Own}}"}""");
        var empty = await NextAsync(caller, Own, "lane");

        Assert.Equal((200, message, "one", "worker", "1"), (
            claimed.Status,
            Id(claimed),
            claimed.Json.GetProperty("message").Text("content"),
            claimed.Json.GetProperty("message").GetProperty("claimed_by").Text("name"),
            claimed.Header(HeaderNames.Deliveries)));
        Assert.Equal(TimeSpan.FromSeconds(600), LeaseLength(claimed));
        Assert.Equal(200, renewed.Status);
        Assert.Equal((200, """{"message":null}"""), (empty.Status, empty.Body));
    }

    [Fact]
    public async Task The_task_names_the_key_that_posted_it()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var channel = await owner.CreateAsync("lane");
        var message = await stranger.PostAsync(channel, "one");

        var claimed = await NextAsync(owner, Own, channel);
        var read = await owner.SendAsync("GET", $"/v1/messages/{message}");

        var key = stranger.KeyId;
        Assert.Equal(key, claimed.Json.GetProperty("task").Text("posted_by_key_id"));
        Assert.Equal(key, read.Json.GetProperty("task").Text("posted_by_key_id"));
    }

    [Fact]
    public async Task A_request_that_names_keys_takes_what_these_posted_and_does_not_wait()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var channel = await owner.CreateAsync("lane");
        await stranger.PostAsync(channel, "theirs");
        var message = await owner.PostAsync(channel, "own");
        var named = $$""", "wait": 3600, "posted_by": ["{{owner.KeyId}}"]""";

        var claimed = await NextAsync(owner, Own, channel, named);
        var empty = await NextAsync(owner, Own, channel, named);
        var wrong = await NextAsync(owner, Own, channel, """, "posted_by": []""");

        Assert.Equal(message, Id(claimed));
        Assert.Equal((200, """{"message":null}"""), (empty.Status, empty.Body));
        Assert.Equal((422, "invalid_field"), (wrong.Status, wrong.Text("error")));
    }

    [Fact]
    public async Task The_claim_belongs_to_its_session()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await NextAsync(caller, Own, "lane");

        var other = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"session":"{{Other}}"}""");
        var own = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"session":"{{Own}}"}""");

        Assert.Equal((409, "already_claimed"), (other.Status, other.Text("error")));
        Assert.Equal((200, "acknowledged"), (own.Status, own.Text("status")));
    }

    [Theory]
    [InlineData("released", 200, false)]
    [InlineData("released", 200, false, false)]
    [InlineData("released", 200, true)]
    [InlineData("released", 409, false, true)]
    [InlineData("released", 409, true, false)]
    [InlineData("released", 409, true, true)]
    [InlineData("session_ended", 200, true)]
    [InlineData("session_ended", 409, false, true)]
    [InlineData("session_ended", 409, true, false)]
    public async Task What_two_processes_got_by_one_key_is_not_given_back_by_one_of_them(string outcome, int status, params bool[] resumed)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        foreach (var isResumed in resumed)
        {
            await NextAsync(caller, Own, "lane", isResumed ? """, "resumed": true""" : "", key: "key-1");
        }

        var given = await FinishAsync(outcome);
        var done = await FinishAsync("acknowledged");

        Assert.Equal(status, given.Status);
        Assert.Equal(status == 409 ? 200 : 409, done.Status);

        Task<BusAnswer> FinishAsync(string how) => caller.SendAsync(
            "POST", $"/v1/messages/{message}/finish", $$"""{"session":"{{Own}}","outcome":"{{how}}","claim_key":"key-1"}""");
    }

    [Theory]
    [InlineData("ack", "")]
    [InlineData("finish", ",\"outcome\":\"acknowledged\",\"result\":\"r\"")]
    public async Task A_session_that_names_no_actor_acknowledges_as_the_one_that_it_claimed_for(string path, string more)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await NextAsync(caller, Own, "lane", """, "actor": "holder" """);

        await caller.SendAsync("POST", $"/v1/messages/{message}/{path}", $$"""{"session":"{{Own}}"{{more}}}""");

        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");
        Assert.Equal("holder", Assert.Single(read.Json.GetProperty("message").GetProperty("acknowledged_by").EnumerateArray()).Text("name"));
    }

    [Theory]
    [InlineData("""{"channels":["lane"]}""", 422, "missing_field")]
    [InlineData("""{"channels":["lane"],"session":"short"}""", 422, "invalid_field")]
    [InlineData("""{"session":"secret-of-process-1"}""", 422, "missing_field")]
    [InlineData("""{"channels":[],"session":"secret-of-process-1"}""", 422, "invalid_field")]
    [InlineData("""{"channels":"lane","session":"secret-of-process-1"}""", 422, "invalid_field")]
    [InlineData("""{"channels":["lane",7],"session":"secret-of-process-1"}""", 422, "invalid_string")]
    [InlineData("""{"channels":["lane"],"session":"secret-of-process-1","wait":-1}""", 422, "invalid_field")]
    [InlineData("""{"channels":["lane"],"session":"secret-of-process-1","wait":"5"}""", 422, "invalid_field")]
    [InlineData("""{"channels":["lane"],"session":"secret-of-process-1","lease_seconds":29}""", 422, "invalid_lease_seconds")]
    [InlineData("""{"channels":["lane","nowhere"],"session":"secret-of-process-1"}""", 404, "channel_not_found")]
    [InlineData("""{"channels":["lane","news"],"session":"secret-of-process-1"}""", 409, "channel_not_claimable")]
    public async Task A_request_that_cannot_be_met_is_refused_and_claims_nothing(string body, int status, string code)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.CreateAsync("news", "broadcast");
        await caller.PostAsync(await caller.CreateAsync("lane"), "one");

        var refused = await caller.SendAsync("POST", Routes.ClaimNext, body);

        Assert.Equal((status, code), (refused.Status, refused.Text("error")));
        Assert.Equal(200, (await NextAsync(caller, Own, "lane")).Status);
    }

    [Fact]
    public async Task Twenty_channels_are_looked_at_and_twenty_one_are_refused()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var names = Enumerable.Range(0, 21).Select(number => $"lane-{number}").ToList();
        foreach (var name in names)
        {
            await caller.CreateAsync(name);
        }

        var message = await caller.PostAsync("lane-19", "one");

        var tooMany = await NextAsync(caller, Own, names);
        var claimed = await NextAsync(caller, Own, names[..20]);

        Assert.Equal((422, "invalid_field"), (tooMany.Status, tooMany.Text("error")));
        Assert.Equal(message, Id(claimed));
    }

    [Fact]
    public async Task A_refusal_names_the_channel_as_it_was_asked_for()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var closed = await RestrictedAsync(owner);
        await stranger.CreateAsync("lane");

        var unknown = await NextAsync(stranger, Own, ["lane", "nowhere"]);
        var foreign = await NextAsync(stranger, Own, ["lane", closed]);

        Assert.Equal((404, "nowhere"), (unknown.Status, unknown.Text("channel")));
        Assert.Equal((403, closed), (foreign.Status, foreign.Text("channel")));
    }

    [Fact]
    public async Task A_channel_that_is_named_twice_counts_once()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var waiting = NextAsync(caller, Own, ["lane", channel], """, "wait": 20""");
        await WaitingAsync(caller, channel, 1);

        var message = await caller.PostAsync(channel, "one");

        Assert.Equal(message, Id(await waiting.Within()));
    }

    [Theory]
    [InlineData("release")]
    [InlineData("post")]
    public async Task A_task_that_becomes_open_is_handed_to_the_one_who_waits(string opening)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = opening == "release" ? await caller.PostAsync(channel, "one") : null;
        if (message is not null)
        {
            await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");
        }

        var waiting = NextAsync(caller, Own, "lane", """, "wait": 20""");
        await WaitingAsync(caller, channel, 1);

        if (message is not null)
        {
            await caller.SendAsync("POST", $"/v1/messages/{message}/release", "{}");
        }
        else
        {
            message = await caller.PostAsync(channel, "one");
        }

        Assert.Equal(message, Id(await waiting.Within()));
    }

    [Fact]
    public async Task A_lease_that_runs_out_hands_the_task_to_the_one_who_waits()
    {
        await using var bus = await StartWithSweepAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", """{"lease_seconds":30}""");
        time.Advance(TimeSpan.FromSeconds(29.9));
        var waiting = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);

        await AdvanceUntilAsync(caller, waiting);

        Assert.Equal((message, "2"), (Id(await waiting), (await waiting).Header(HeaderNames.Deliveries)));
    }

    [Fact]
    public async Task What_was_handed_out_and_not_renewed_returns_after_fifteen_seconds_and_does_not_count_as_taken()
    {
        await using var bus = await StartWithSweepAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var first = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);
        var message = await caller.PostAsync(channel, "one");
        var handed = await first.Within();
        var second = NextAsync(caller, Other, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);

        time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Equal(caller.KeyId, (await caller.SendAsync("GET", $"/v1/messages/{message}")).Json.GetProperty("message").Text("claimed_by_key_id"));
        await AdvanceUntilAsync(caller, second);

        Assert.Equal(TimeSpan.FromSeconds(15), LeaseLength(handed));
        Assert.Equal((message, "1"), (Id(await second), (await second).Header(HeaderNames.Deliveries)));
        var late = await caller.SendAsync("POST", $"/v1/leases/{Lease(handed)}/heartbeat", $$"""{"session":"{{Own}}"}""");
        Assert.Equal((410, "lease_expired"), (late.Status, late.Text("error")));
    }

    [Fact]
    public async Task What_was_handed_out_and_renewed_stays_with_its_claimer()
    {
        await using var bus = await StartWithSweepAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var first = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync(
            "POST", $"/v1/leases/{Lease(await first.Within())}/heartbeat", $$"""{"session":"{{Own}}","lease_seconds":60}""");

        for (var i = 0; i < 30; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var acknowledged = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"session":"{{Own}}"}""");
        Assert.Equal("acknowledged", acknowledged.Text("status"));
    }

    [Fact]
    public async Task A_client_that_disconnects_while_it_waits_gets_no_task_and_the_next_one_gets_it_at_once()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        using var leave = new CancellationTokenSource();
        var gone = SendAsync(bus, caller, Body(Own, ["lane"], """, "actor": "gone", "wait": 25"""), leave.Token);
        await WaitingAsync(caller, channel, 1);
        var next = NextAsync(caller, Other, "lane", """, "actor": "next", "wait": 25""");
        await WaitingAsync(caller, channel, 2);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        var message = await caller.PostAsync(channel, "one");

        // If the post came before the bus saw the end, the claim is undone when it does.
        var claimed = await next.Within();
        Assert.Equal((message, "1"), (Id(claimed), claimed.Header(HeaderNames.Deliveries)));
    }

    [Fact]
    public async Task A_repetition_gets_the_same_task_while_the_claim_stands_and_afterwards_learns_that_it_is_over()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        await caller.PostAsync(channel, "two");

        var first = await NextAsync(caller, Own, "lane", key: "k");
        var again = await NextAsync(caller, Own, "lane", key: "k");
        await caller.SendAsync("POST", $"/v1/messages/{message}/release", $$"""{"session":"{{Own}}"}""");
        var over = await NextAsync(caller, Own, "lane", key: "k");
        var other = await NextAsync(caller, Own, "lane", key: "another");

        Assert.Equal((message, message, Lease(first)), (Id(first), Id(again), Lease(again)));
        Assert.Equal((null, "true"), (first.Header(HeaderNames.IdempotentReplay), again.Header(HeaderNames.IdempotentReplay)));
        Assert.Equal((410, "lease_expired"), (over.Status, over.Text("error")));
        Assert.Equal(message, Id(other));
    }

    [Fact]
    public async Task A_repetition_after_an_empty_answer_is_a_new_claim()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var empty = await NextAsync(caller, Own, "lane", key: "k");
        var message = await caller.PostAsync(channel, "one");

        var claimed = await NextAsync(caller, Own, "lane", key: "k");

        Assert.Equal((JsonValueKind.Null, message), (empty.Json.GetProperty("message").ValueKind, Id(claimed)));
    }

    [Fact]
    public async Task A_repetition_after_the_lease_or_by_another_session_gets_nothing()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await NextAsync(caller, Own, "lane", """, "lease_seconds": 30""", key: "k");

        var stranger = await NextAsync(caller, Other, "lane", key: "k");
        time.Advance(TimeSpan.FromSeconds(30));
        var late = await NextAsync(caller, Own, "lane", key: "k");

        Assert.Equal((422, "idempotency_key_reused"), (stranger.Status, stranger.Text("error")));
        Assert.Equal((410, "lease_expired"), (late.Status, late.Text("error")));
    }

    [Fact]
    public async Task Who_only_asks_for_a_repetition_claims_nothing_new()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");

        var none = await NextAsync(caller, Own, "lane", """, "only_repeats": true, "wait": 20""", key: "k");
        await NextAsync(caller, Own, "lane", key: "k");
        var same = await NextAsync(caller, Own, "lane", """, "only_repeats": true""", key: "k");

        Assert.Equal("""{"message":null}""", none.Body);
        Assert.Equal(message, Id(same));
    }

    [Fact]
    public async Task A_bus_that_stops_answers_who_waits_and_the_next_one_knows_the_claims_of_before()
    {
        using var folder = new TemporaryFolder();
        string key, message;
        Task<BusAnswer> waiting;
        await using (var bus = await TestBus.StartAsync(options => options with { DatabasePath = folder.File("bus.db") }))
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            key = caller.Key;
            var channel = await caller.CreateAsync("lane");
            message = await caller.PostAsync(channel, "one");
            await NextAsync(caller, Own, "lane", key: "k");
            waiting = NextAsync(caller, Other, "lane", """, "wait": 25""");
            await WaitingAsync(caller, channel, 1);
            await bus.Server.StopAsync().WaitAsync(Deadline.Time);
            Assert.Equal("""{"message":null}""", (await waiting.Within()).Body);
        }

        await using var next = await TestBus.StartAsync(options => options with { DatabasePath = folder.File("bus.db") });
        var again = await NextAsync(new BusCaller(next, key, ""), Own, "lane", key: "k");

        Assert.Equal((message, "true"), (Id(again), again.Header(HeaderNames.IdempotentReplay)));
    }

    [Theory]
    [InlineData("delay")]
    [InlineData("dependency")]
    [InlineData("reopening")]
    [InlineData("failure")]
    public async Task A_waiting_claimer_gets_a_task_whose_life_opens_it(string opening)
    {
        await using var bus = await TestBus.StartAsync(options => options with { LeaseSweepInterval = TimeSpan.FromMilliseconds(10) }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var first = await caller.PostAsync(await caller.CreateAsync("first"), "first");
        var options = opening switch
        {
            "delay" => ", \"delay_seconds\": 1",
            "dependency" => $", \"depends_on\": [\"{first}\"]",
            _ => "",
        };
        var posted = await caller.SendAsync("POST", $"/v1/channels/{channel}/tasks", $$"""{"content":"one"{{options}}}""");
        var message = posted.Json.GetProperty("message").Text("id");
        if (opening is "reopening" or "failure")
        {
            await NextAsync(caller, Other, "lane");
            if (opening == "reopening")
            {
                await FinishAsync("false");
            }
        }

        var waiting = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);
        switch (opening)
        {
            case "dependency":
                await caller.SendAsync("POST", $"/v1/messages/{first}/ack", "{}");
                break;
            case "reopening":
                await caller.SendAsync("POST", $"/v1/messages/{message}/reopen", "{}");
                break;
            case "failure":
                await FinishAsync("true, \"retry_after_seconds\": 0");
                break;
        }

        await AdvanceUntilAsync(caller, waiting);

        Assert.Equal(message, Id(await waiting));

        Task FinishAsync(string retry) => caller.SendAsync(
            "POST", $"/v1/messages/{message}/finish", $$"""{"session":"{{Other}}","outcome":"failed","reason":"no","retry":{{retry}}}""");
    }

    [Fact]
    public async Task An_unconfirmed_hand_out_is_no_attempt()
    {
        await using var bus = await StartWithSweepAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var first = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);
        await caller.SendAsync("POST", $"/v1/channels/{channel}/tasks", """{"content":"one","max_attempts":1}""");
        await first.Within();
        var second = NextAsync(caller, Other, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);
        time.Advance(TimeSpan.FromSeconds(14.9));
        await AdvanceUntilAsync(caller, second);

        var task = (await second).Json.GetProperty("task");

        Assert.Equal(("claimed", 0), (task.Text("state"), task.GetProperty("attempts_used").GetInt32()));
        Assert.False(task.TryGetProperty("attempts", out _));
    }

    [Fact]
    public async Task Results_of_prerequisites_are_handed_over_up_to_fifty_kilobytes_and_only_while_the_poster_may_read_them()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, poster) = (await BusCaller.MintAsync(bus, "owner"), await BusCaller.MintAsync(bus, "poster"));
        var closed = await RestrictedAsync(owner);
        await owner.SendAsync("POST", $"/v1/channels/{closed}/members", $$"""{"key_id":"{{poster.KeyId}}"}""");
        var parts = new List<string> { await owner.PostAsync(closed, "secret") };
        var open = await owner.CreateAsync("parts");
        for (var i = 0; i < 6; i++)
        {
            parts.Add(await owner.PostAsync(open, $"part {i}"));
        }

        var lane = await poster.CreateAsync("lane");
        await poster.SendAsync("POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"join","depends_on":["{{string.Join("\",\"", parts)}}"]}""");
        foreach (var part in parts)
        {
            await owner.SendAsync("POST", $"/v1/messages/{part}/claim", "{}");
            var result = new string('x', part == parts[0] || part == parts[^1] ? 10 : 9_999);
            await owner.SendAsync("POST", $"/v1/messages/{part}/ack", $$"""{"actor":"owner","result":"{{result}}"}""");
        }

        await owner.SendAsync("DELETE", $"/v1/channels/{closed}/members/{poster.KeyId}");
        var claimed = await NextAsync(poster, Own, "lane");

        var prerequisites = claimed.Json.GetProperty("prerequisites").EnumerateArray().ToList();
        Assert.Equal(parts, prerequisites.Select(static one => one.Text("id")));
        Assert.True(prerequisites[0].GetProperty("withheld").GetBoolean());
        Assert.All(prerequisites[1..6], one => Assert.Equal(9_999, one.GetProperty("result").Text("content").Length));
        Assert.True(prerequisites[6].GetProperty("left_out").GetBoolean());
    }

    [Fact]
    public async Task The_result_of_a_prerequisite_that_has_expired_since_is_handed_over_too()
    {
        await using var bus = await TestBus.StartAsync(static options => options with { ExpiryInterval = TimeSpan.FromMilliseconds(10) }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var brief = (await caller.SendAsync("POST", "/v1/channels", """{"name":"brief","mode":"claimable","ttl_seconds":300}""")).Text("id");
        var first = await caller.PostAsync(brief, "1");
        var lane = await caller.CreateAsync("lane");
        await caller.SendAsync("POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"2","depends_on":["{{first}}"]}""");
        await NextAsync(caller, Other, "brief");
        await caller.SendAsync("POST", $"/v1/messages/{first}/finish", $$"""{"session":"{{Other}}","outcome":"acknowledged","result":"one"}""");
        for (var deadline = Deadline.Token(); DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM archive") == 0; deadline.ThrowIfCancellationRequested())
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var claimed = await NextAsync(caller, Own, "lane");

        Assert.Equal("one", Assert.Single(claimed.Json.GetProperty("prerequisites").EnumerateArray()).GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task The_deletion_of_a_channel_answers_who_waits()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var waiting = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);

        await caller.SendAsync("DELETE", $"/v1/channels/{channel}");

        var refused = await waiting.Within();
        Assert.Equal((404, "channel_not_found", channel), (refused.Status, refused.Text("error"), refused.Text("channel")));
    }

    [Theory]
    [InlineData("member")]
    [InlineData("access")]
    public async Task The_loss_of_access_answers_who_waits_and_nobody_else(string way)
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var worker = await BusCaller.MintAsync(bus, "worker");
        var channel = way == "member" ? await RestrictedAsync(owner) : await owner.CreateAsync("open");
        await owner.SendAsync("POST", $"/v1/channels/{channel}/members", $$"""{"key_id":"{{worker.KeyId}}"}""");
        if (way == "access")
        {
            await owner.SendAsync("DELETE", $"/v1/channels/{channel}/members/{worker.KeyId}");
        }

        var waiting = NextAsync(worker, Own, [channel], """, "wait": 25""");
        await WaitingAsync(owner, channel, 1);
        var staying = NextAsync(owner, Other, [channel], """, "wait": 25""");
        await WaitingAsync(owner, channel, 2);

        _ = way == "member"
            ? await owner.SendAsync("DELETE", $"/v1/channels/{channel}/members/{worker.KeyId}")
            : await owner.SendAsync("PATCH", $"/v1/channels/{channel}", """{"access":"restricted"}""");

        var refused = await waiting.Within();
        Assert.Equal((403, "channel_access_denied"), (refused.Status, refused.Text("error")));
        var message = await owner.PostAsync(channel, "one");
        Assert.Equal(message, Id(await staying.Within()));
    }

    [Fact]
    public async Task An_empty_answer_names_the_channels_that_are_paused()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        await caller.CreateAsync("other");
        await caller.SendAsync("PATCH", $"/v1/channels/{channel}", """{"paused":true}""");

        var empty = await NextAsync(caller, Own, ["lane", "other"], """, "wait": 0.01""");

        Assert.Equal($$"""{"message":null,"paused":["{{channel}}"]}""", empty.Body);
    }

    [Fact]
    public async Task A_request_that_waits_takes_no_place_of_the_rate_after_its_first_second()
    {
        const int Limit = 900;
        await using var bus = await TestBus.StartAsync(options => options with { RateLimit = Limit }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var waiting = NextAsync(caller, Own, "lane", """, "wait": 25""");
        await WaitingAsync(caller, channel, 1);
        var before = await RemainingAsync();

        time.Advance(TimeSpan.FromSeconds(1));

        // This second question takes one place, and the first one's is still taken.
        Assert.Equal(before, await RemainingAsync());
        Assert.False(waiting.IsCompleted);

        async Task<int> RemainingAsync() => int.Parse(
            (await caller.SendAsync("GET", "/v1/channels")).Header("X-RateLimit-Remaining")!, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Who_waits_and_who_holds_a_task_is_told_with_the_time_of_the_last_claim()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var unused = await WorkersAsync(caller, channel);
        var message = await caller.PostAsync(channel, "one");
        var held = await NextAsync(caller, Own, "lane", """, "actor": "holder" """);
        var waiting = NextAsync(caller, Other, "lane", """, "actor": "waiter", "wait": 25""");
        await WaitingAsync(caller, channel, 1);

        var workers = await WorkersAsync(caller, channel);

        Assert.Equal("""{"waiting":[],"holding":[],"last_claim_at":null}""", unused.GetRawText());
        Assert.Equal("waiter", Assert.Single(workers.GetProperty("waiting").EnumerateArray()).Text("actor"));
        var holder = Assert.Single(workers.GetProperty("holding").EnumerateArray());
        var claimedAt = held.Json.GetProperty("message").Text("claimed_at");
        Assert.Equal(("holder", message, claimedAt), (holder.Text("actor"), holder.Text("message_id"), holder.Text("since")));
        Assert.Equal(claimedAt, workers.Text("last_claim_at"));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_holder_is_told_until_five_seconds_after_its_last_sign_of_life_and_one_without_a_session_as_long_as_its_lease()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var held = await caller.PostAsync(channel, "one");
        var plain = await caller.PostAsync(channel, "two");
        await NextAsync(caller, Own, "lane", """, "actor": "holder" """);
        await caller.SendAsync("POST", $"/v1/messages/{plain}/claim-with-lease", """{"actor":"plain","lease_seconds":60}""");

        var both = await HoldersAsync();
        time.Advance(TimeSpan.FromSeconds(4.9));
        var stillThere = await HoldersAsync();
        time.Advance(TimeSpan.FromSeconds(0.2));
        var gone = await HoldersAsync();
        var ended = await caller.SendAsync("POST", $"/v1/messages/{held}/ack", $$"""{"session":"{{Other}}"}""");
        time.Advance(TimeSpan.FromSeconds(56));

        Assert.Equal(["holder", "plain"], both);
        Assert.Equal(["holder", "plain"], stillThere);
        Assert.Equal(["plain"], gone);
        Assert.Equal((409, "already_claimed"), (ended.Status, ended.Text("error")));
        Assert.Empty(await HoldersAsync());
        Assert.NotNull((await WorkersAsync(caller, channel)).Text("last_claim_at"));

        async Task<List<string>> HoldersAsync() =>
            [.. (await WorkersAsync(caller, channel)).GetProperty("holding").EnumerateArray().Select(static worker => worker.Text("actor"))];
    }

    [Fact]
    public async Task A_post_counts_those_holders_that_are_told()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        await caller.PostAsync(channel, "one");
        await NextAsync(caller, Own, "lane");

        var living = await HoldingAsync();
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal((1, 0), (living, await HoldingAsync()));

        async Task<int> HoldingAsync() => (await caller.SendAsync("POST", Routes.ChannelTasks(channel), """{"content":"x"}"""))
            .Json.GetProperty("workers").GetProperty("holding").GetInt32();
    }

    [Fact]
    public async Task A_client_that_is_gone_is_not_told_as_waiting_for_longer_than_its_place_is_kept()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        using var leave = new CancellationTokenSource();
        var gone = SendAsync(bus, caller, Body(Own, ["lane"], """, "wait": 25"""), leave.Token);
        await WaitingAsync(caller, channel, 1);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        await WaitingAsync(caller, channel, 0, () => time.Advance(TimeSpan.FromSeconds(0.1)));
    }

    [Fact]
    public async Task A_stranger_does_not_learn_who_works_on_a_restricted_channel()
    {
        await using var bus = await TestBus.StartAsync();
        var channel = await RestrictedAsync(await BusCaller.MintAsync(bus, "owner"));
        var stranger = await BusCaller.MintAsync(bus, "stranger");

        var refused = await stranger.SendAsync("GET", RouteTemplates.ChannelWorkers.Replace("{channel}", channel, StringComparison.Ordinal));

        Assert.Equal((403, "channel_access_denied"), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task Requests_with_one_key_that_wait_at_once_get_one_task_and_leave_the_next_to_others()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var same = Enumerable.Range(0, 6).Select(_ => NextAsync(caller, Own, "lane", """, "wait": 20""", "one-claim")).ToList();
        await WaitingAsync(caller, channel, 6);
        var other = NextAsync(caller, Other, "lane", """, "wait": 20""");
        await WaitingAsync(caller, channel, 7);

        var first = await caller.PostAsync(channel, "one");
        var answers = await Task.WhenAll(same).Within();
        var second = await caller.PostAsync(channel, "two");

        Assert.All(answers, answer => Assert.Equal((200, first), (answer.Status, Id(answer))));
        Assert.Single(answers.Select(Lease).Distinct());
        Assert.Equal(second, Id(await other.Within()));
    }

    [Fact]
    public async Task Who_asks_only_for_what_it_has_got_waits_no_more_and_its_open_request_gets_no_task()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var waiting = NextAsync(caller, Own, "lane", """, "wait": 20""", "one-claim");
        await WaitingAsync(caller, channel, 1);

        var looked = await NextAsync(caller, Own, "lane", """, "only_repeats": true""", "one-claim");
        var ended = await waiting.Within();
        var posted = await caller.PostAsync(channel, "one");
        var next = await NextAsync(caller, Own, "lane", "", "next-claim");

        Assert.Equal((200, 200), (looked.Status, ended.Status));
        Assert.Equal(JsonValueKind.Null, ended.Json.GetProperty("message").ValueKind);
        Assert.Equal(posted, Id(next));
    }

    [Fact]
    public async Task A_key_that_waits_on_its_share_of_the_places_is_answered_at_once_and_another_one_waits()
    {
        await using var bus = await TestBus.StartAsync(options => options with { LongPollMaxWaiters = 2 });
        var (crowd, other) = (await BusCaller.MintAsync(bus, "crowd"), await BusCaller.MintAsync(bus, "other"));
        var channel = await crowd.CreateAsync("lane");
        var first = NextAsync(crowd, Own, channel, """, "wait": 20""");
        await WaitingAsync(crowd, channel, 1);

        var refused = await NextAsync(crowd, "secret-of-process-3", channel, """, "wait": 20""").Within();
        var waiting = NextAsync(other, Other, channel, """, "wait": 20""");
        await WaitingAsync(crowd, channel, 2);
        await Task.WhenAll(crowd.PostAsync(channel, "one"), crowd.PostAsync(channel, "two"));

        Assert.Equal(JsonValueKind.Null, refused.Json.GetProperty("message").ValueKind);
        Assert.NotEqual(Id(await first.Within()), Id(await waiting.Within()));
    }

    [Fact]
    public async Task Posts_at_once_give_requests_with_one_key_one_task()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var same = Enumerable.Range(0, 6).Select(_ => NextAsync(caller, Own, "lane", """, "wait": 20""", "one-claim")).ToList();
        await WaitingAsync(caller, channel, 6);
        var other = NextAsync(caller, Other, "lane", """, "wait": 20""");
        await WaitingAsync(caller, channel, 7);

        var posted = await Task.WhenAll(caller.PostAsync(channel, "one"), caller.PostAsync(channel, "two"));
        var answers = await Task.WhenAll(same).Within();

        var taken = Assert.Single(answers.Select(Id).Distinct());
        Assert.Equal(Assert.Single(posted, id => id != taken), Id(await other.Within()));
    }

    private Task<TestBus> StartWithSweepAsync() =>
        TestBus.StartAsync(options => options with { LeaseSweepInterval = TimeSpan.FromMilliseconds(10) }, time);

    private static Task<BusAnswer> NextAsync(BusCaller caller, string session, string channel, string more = "", string? key = null) =>
        NextAsync(caller, session, [channel], more, key);

    private static Task<BusAnswer> NextAsync(BusCaller caller, string session, IReadOnlyList<string> channels, string more = "", string? key = null) =>
        caller.SendAsync("POST", Routes.ClaimNext, Body(session, channels, more), key);

    private static string Body(string session, IReadOnlyList<string> channels, string more) =>
        $$"""{"session": "{{session}}", "channels": ["{{string.Join("\", \"", channels)}}"]{{more}}}""";

    private static async Task<string> SendAsync(TestBus bus, BusCaller caller, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, bus.BaseUrl + Routes.ClaimNext) { Content = new StringContent(body) };
        request.Headers.Add("X-API-Key", caller.Key);
        using var answer = await bus.Http.SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    private static async Task<string> RestrictedAsync(BusCaller owner) =>
        (await owner.SendAsync("POST", "/v1/channels", """{"name":"closed","mode":"claimable","access":"restricted"}""")).Text("id");

    private static async Task<JsonElement> WorkersAsync(BusCaller caller, string channel) =>
        (await caller.SendAsync("GET", RouteTemplates.ChannelWorkers.Replace("{channel}", channel, StringComparison.Ordinal))).Json;

    /// <summary>Waits until as many claimers wait on a channel.</summary>
    private static async Task WaitingAsync(BusCaller caller, string channel, int count, Action? before = null)
    {
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested;)
        {
            before?.Invoke();
            if ((await WorkersAsync(caller, channel)).GetProperty("waiting").GetArrayLength() == count)
            {
                return;
            }
        }

        Assert.Fail($"Never {count} claimers.");
    }

    /// <summary>Lets the time go on in small steps, so that the sweep of leases runs before the wait is over.</summary>
    private async Task AdvanceUntilAsync(BusCaller caller, Task<BusAnswer> answer)
    {
        for (var deadline = Deadline.Token(); !answer.IsCompleted && !deadline.IsCancellationRequested;)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await caller.SendAsync("GET", "/health");
        }

        await answer.Within();
    }

    private static string Id(BusAnswer answer) => answer.Json.GetProperty("message").Text("id");

    private static string Lease(BusAnswer answer) => answer.Json.GetProperty("lease").Text("lease_token");

    private static TimeSpan LeaseLength(BusAnswer answer) =>
        DateTimeOffset.Parse(answer.Json.GetProperty("lease").Text("lease_expires_at"), System.Globalization.CultureInfo.InvariantCulture)
        - DateTimeOffset.Parse(answer.Json.GetProperty("message").Text("claimed_at"), System.Globalization.CultureInfo.InvariantCulture);
}
