using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Regressions.Claims;

/// <summary>Who may end a task whose claim named a session.</summary>
public sealed class TaskSessionTests
{
    private const string Own = "secret-of-process-1";
    private const string Other = "secret-of-process-2";

    private readonly FakeTimeProvider time = new();

    public static TheoryData<string, string> OthersUnderItsActor => new()
    {
        { "ack", $$"""{"actor":"worker","session":"{{Other}}"}""" },
        { "ack", """{"actor":"worker"}""" },
        { "ack", """{"actor":"somebody"}""" },
        { "release", $$"""{"actor":"worker","session":"{{Other}}"}""" },
        { "release", """{"actor":"worker"}""" },
        { "take-over", $$"""{"actor":"worker","session":"{{Other}}"}""" },
        { "claim", $$"""{"actor":"worker","session":"{{Other}}"}""" },
        { "claim-with-lease", $$"""{"actor":"worker","session":"{{Other}}"}""" },
    };

    [Theory]
    [MemberData(nameof(OthersUnderItsActor))]
    public async Task Nobody_else_ends_what_a_living_session_holds(string verb, string body)
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        var claimed = await ClaimAsync(caller, message);

        var refused = await caller.SendAsync("POST", $"/v1/messages/{message}/{verb}", body);

        Assert.Equal((409, "already_claimed"), (refused.Status, refused.Text("error")));
        Assert.Equal(("worker", claimed.Text("expires_at")), (refused.Text("held_by"), refused.Text("held_until")));
        await AssertHeldAsync(caller, message);
    }

    [Fact]
    public async Task Claiming_and_acknowledging_at_once_does_not_end_what_a_living_session_holds()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);

        var refused = await caller.SendAsync("POST", "/v1/tasks/claim-and-ack", $$"""{"message_id":"{{message}}","actor":"worker"}""");

        Assert.Equal((409, "already_claimed"), (refused.Status, refused.Text("error")));
        await AssertHeldAsync(caller, message);
    }

    [Theory]
    [InlineData("ack", "acknowledged")]
    [InlineData("release", "released")]
    public async Task A_session_ends_what_it_holds_under_any_actor(string verb, string status)
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);

        var ended = await SendAsync(caller, message, verb, Own, "somebody");

        Assert.Equal((200, status), (ended.Status, ended.Text("status")));
    }

    [Theory]
    [InlineData("ack", "acknowledged")]
    [InlineData("release", "released")]
    public async Task Once_it_is_gone_any_session_of_its_key_ends_what_it_held(string verb, string status)
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);
        time.Advance(TimeSpan.FromSeconds(11));

        var ended = await SendAsync(caller, message, verb, Other, "somebody");

        Assert.Equal((200, status), (ended.Status, ended.Text("status")));
    }

    [Fact]
    public async Task A_renewal_shows_that_the_session_lives()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        var token = (await ClaimAsync(caller, message)).Text("lease_token");
        time.Advance(TimeSpan.FromSeconds(9));
        await caller.SendAsync("POST", $"/v1/leases/{token}/heartbeat", $$"""{"session":"{{Own}}"}""");
        time.Advance(TimeSpan.FromSeconds(9));

        var refused = await SendAsync(caller, message, "ack", Other, "worker");

        Assert.Equal(409, refused.Status);
    }

    [Fact]
    public async Task Another_session_does_not_renew_the_lease_of_a_living_one_even_with_its_token()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        var token = (await ClaimAsync(caller, message)).Text("lease_token");

        var refused = await caller.SendAsync("POST", $"/v1/leases/{token}/heartbeat", $$"""{"session":"{{Other}}"}""");
        var nameless = await caller.SendAsync("POST", $"/v1/leases/{token}/heartbeat", "{}");

        Assert.Equal((409, "already_claimed"), (refused.Status, refused.Text("error")));
        Assert.Equal(200, nameless.Status);
    }

    [Theory]
    [InlineData("ack")]
    [InlineData("release")]
    [InlineData("take-over")]
    public async Task Another_key_ends_nothing_before_the_lease_ran_out(string verb)
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        time.Advance(TimeSpan.FromSeconds(11));

        var refused = await SendAsync(stranger, message, verb, Other, "stranger");

        Assert.Equal((409, "already_claimed"), (refused.Status, refused.Text("error")));
        Assert.Equal(
            $"A session of another key holds this message until {refused.Text("held_until")}; then it is free. Until then only that key can end it.",
            refused.Text("message"));
    }

    [Fact]
    public async Task What_a_process_claimed_that_does_not_live_on_is_ended_by_another_at_once()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await caller.SendAsync(
            "POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"shell","session":"{{Own}}","detached":true}""");

        var ended = await SendAsync(caller, message, "ack", Other, "somebody");

        Assert.Equal("acknowledged", ended.Text("status"));
    }

    [Fact]
    public async Task After_a_restart_a_session_has_ten_seconds_to_come_back()
    {
        var folder = Directory.CreateTempSubdirectory("restart-").FullName;
        var database = Path.Combine(folder, "bus.db");
        string key, message;
        await using (var first = await TestBus.StartAsync(options => options with { DatabasePath = database, LeaseSweepInterval = TimeSpan.Zero }, time))
        {
            (var caller, message) = await PostAsync(first);
            key = caller.Key;
            await ClaimAsync(caller, message);
        }

        time.Advance(TimeSpan.FromSeconds(60));
        await using (var second = await TestBus.StartAsync(options => options with { DatabasePath = database, LeaseSweepInterval = TimeSpan.Zero }, time))
        {
            var again = new BusCaller(second, key, "");
            time.Advance(TimeSpan.FromSeconds(9));
            var early = await SendAsync(again, message, "ack", Other, "somebody");
            time.Advance(TimeSpan.FromSeconds(2));
            var late = await SendAsync(again, message, "ack", Other, "somebody");

            Assert.Equal((409, 200), (early.Status, late.Status));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_take_over_replaces_the_lease_and_counts_as_another_delivery()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        var first = (await ClaimAsync(caller, message)).Text("lease_token");
        time.Advance(TimeSpan.FromSeconds(11));

        var taken = await SendAsync(caller, message, "take-over", Other, "successor");
        var late = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"session":"{{Own}}","lease_token":"{{first}}"}""");
        var renewed = await caller.SendAsync("POST", $"/v1/leases/{first}/heartbeat", $$"""{"session":"{{Own}}"}""");

        Assert.Equal((200, "2"), (taken.Status, taken.Header("X-Backchannel-Deliveries")));
        Assert.Equal("successor", taken.Json.GetProperty("message").GetProperty("claimed_by").GetProperty("name").GetString());
        Assert.Equal((410, 410), (late.Status, renewed.Status));
    }

    [Theory]
    [InlineData("ack")]
    [InlineData("release")]
    [InlineData("take-over")]
    public async Task An_open_task_is_ended_by_nobody_who_names_a_session(string verb)
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);

        var refused = await SendAsync(caller, message, verb, Own, "worker");

        Assert.Equal((409, "not_claimed"), (refused.Status, refused.Text("error")));
        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");
        Assert.Equal((0, 0L), (read.Json.GetProperty("acks").GetArrayLength(), read.Json.GetProperty("version").GetInt64()));
    }

    [Fact]
    public async Task A_broadcast_is_acknowledged_without_a_claim()
    {
        await using var bus = await StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("news", "broadcast"), "one");

        var first = await SendAsync(caller, message, "ack", Own, "first");
        var second = await SendAsync(caller, message, "ack", Other, "second");

        Assert.Equal(("acknowledged", "acknowledged"), (first.Text("status"), second.Text("status")));
    }

    [Theory]
    [InlineData("""{"actor":"worker","result":"6","session":"secret-of-process-1"}""")]
    [InlineData("""{"actor":"worker","result":"5","metadata":{"unit":"m"},"session":"secret-of-process-1"}""")]
    [InlineData("""{"actor":"other","result":"6","session":"secret-of-process-2"}""")]
    [InlineData("""{"actor":"other","metadata":{"unit":"m"},"session":"secret-of-process-2"}""")]
    public async Task A_second_end_that_says_something_else_is_refused_and_kept_nowhere(string body)
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"worker","result":"5","session":"{{Own}}"}""");

        var refused = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", body);
        var released = await SendAsync(caller, message, "release", Own, "worker");

        Assert.Equal((409, "already_acknowledged", "worker"), (refused.Status, refused.Text("error"), refused.Text("acknowledged_by")));
        Assert.Equal((409, "already_acknowledged", "worker"), (released.Status, released.Text("error"), released.Text("acknowledged_by")));
        Assert.Single((await caller.SendAsync("GET", $"/v1/messages/{message}")).Json.GetProperty("acks").EnumerateArray());
        Assert.Equal("5", (await caller.SendAsync("GET", $"/v1/tasks/{message}/result")).Json.GetProperty("result").GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_repetition_of_the_first_end_changes_nothing_and_names_the_results_channel()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);
        var ack = $$"""{"actor":"worker","result":"5","metadata":{"unit":"m"},"session":"{{Own}}"}""";
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", ack);

        var again = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", ack);

        Assert.Equal(("already_acknowledged", $"result-of-{message}"), (again.Text("status"), again.Text("result_channel")));
    }

    [Fact]
    public async Task A_result_may_follow_an_ack_that_had_none_also_where_its_channel_was_there_before()
    {
        await using var bus = await StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var task = await caller.SendAsync("POST", "/v1/tasks/post-with-result", """{"channel":"lane","content":"one"}""");
        var message = task.Json.GetProperty("message").GetProperty("id").GetString()!;
        await ClaimAsync(caller, message);
        await SendAsync(caller, message, "ack", Own, "worker");

        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"worker","result":"5","session":"{{Own}}"}""");

        Assert.Equal("5", (await caller.SendAsync("GET", $"/v1/tasks/{message}/result")).Json.GetProperty("result").GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_claim_without_a_session_is_ended_with_one_under_its_actor_only()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", """{"actor":"plain"}""");

        var refused = await SendAsync(caller, message, "ack", Own, "somebody");
        var ended = await SendAsync(caller, message, "ack", Own, "plain");

        Assert.Equal((409, "already_claimed", "plain"), (refused.Status, refused.Text("error"), refused.Text("held_by")));
        Assert.Equal("acknowledged", ended.Text("status"));
    }

    [Fact]
    public async Task Of_sixteen_sessions_that_end_the_task_of_a_gone_one_at_once_one_does()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);
        time.Advance(TimeSpan.FromSeconds(11));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => caller.SendAsync(
            "POST", $"/v1/messages/{message}/ack", $$"""{"actor":"worker-{{i}}","result":"by {{i}}","session":"secret-of-process-no-{{i}}"}""")));

        var won = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer != won), answer => Assert.Equal("already_acknowledged", answer.Text("error")));
        Assert.Single((await caller.SendAsync("GET", $"/v1/channels/result-of-{message}/messages")).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Of_sixteen_sessions_that_take_over_at_once_one_does()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);
        await ClaimAsync(caller, message);
        time.Advance(TimeSpan.FromSeconds(11));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => SendAsync(
            caller, message, "take-over", $"secret-of-process-no-{i}", $"worker-{i}")));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal("already_claimed", answer.Text("error")));
    }

    [Fact]
    public async Task The_secret_is_in_no_answer_and_not_in_the_database()
    {
        await using var bus = await StartAsync();
        var (caller, message) = await PostAsync(bus);

        var answers = new List<BusAnswer>
        {
            await ClaimAsync(caller, message),
            await caller.SendAsync("GET", $"/v1/messages/{message}"),
            await SendAsync(caller, message, "release", Other, "worker"),
            await SendAsync(caller, message, "ack", Own, "worker"),
        };
        await bus.Server.StopAsync();

        Assert.All(answers, answer => Assert.DoesNotContain(Own, answer.Body, StringComparison.Ordinal));
        Assert.All(
            Directory.GetFiles(Path.GetDirectoryName(bus.DatabasePath)!),
            file => Assert.DoesNotContain(Own, File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal));
    }

    // The lease's end is another test's: here nothing is swept.
    private Task<TestBus> StartAsync() => TestBus.StartAsync(options => options with { LeaseSweepInterval = TimeSpan.Zero }, time);

    private static async Task<(BusCaller Caller, string Message)> PostAsync(TestBus bus)
    {
        var caller = await BusCaller.MintAsync(bus, "a");
        return (caller, await caller.PostAsync(await caller.CreateAsync("lane"), "one"));
    }

    private static Task<BusAnswer> ClaimAsync(BusCaller caller, string message) => SendAsync(caller, message, "claim-with-lease", Own, "worker");

    private static Task<BusAnswer> SendAsync(BusCaller caller, string message, string verb, string session, string actor) =>
        caller.SendAsync("POST", $"/v1/messages/{message}/{verb}", $$"""{"actor":"{{actor}}","session":"{{session}}"}""");

    private static async Task AssertHeldAsync(BusCaller caller, string message)
    {
        JsonElement state = (await caller.SendAsync("GET", $"/v1/messages/{message}")).Json;
        Assert.Equal("worker", state.GetProperty("message").GetProperty("claimed_by").GetProperty("name").GetString());
        Assert.Equal(0, state.GetProperty("acks").GetArrayLength());
    }
}
