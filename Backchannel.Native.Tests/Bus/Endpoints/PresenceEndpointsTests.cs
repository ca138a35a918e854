using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

/// <summary>A session lives while its request hangs at the bus.</summary>
public sealed class PresenceEndpointsTests
{
    private const string Own = "secret-of-process-1";
    private const string Other = "secret-of-process-2";

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_session_lives_from_the_opening_of_its_request_until_ten_seconds_after_its_end()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var token = await ClaimAsync(caller);
        time.Advance(TimeSpan.FromSeconds(11));
        var before = await RenewAsync(caller, token);

        using var leave = new CancellationTokenSource();
        var present = StayAsync(bus, caller, leave.Token);
        await RenewUntilAsync(caller, token, 409);
        time.Advance(TimeSpan.FromSeconds(40));
        var meanwhile = await RenewAsync(caller, token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => present);
        await RenewUntilAsync(caller, token, 200, () => time.Advance(TimeSpan.FromSeconds(11)));

        Assert.Equal((200, 409), (before.Status, meanwhile.Status));
        Assert.Equal(("already_claimed", "worker"), (meanwhile.Text("error"), meanwhile.Text("held_by")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_cancellation_of_a_task_of_the_session_answers_its_request_or_its_next_one(bool isOpen)
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var claimed = await caller.SendAsync(
            "POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"worker","lease_seconds":3600,"session":"{{Own}}"}""");
        Task<string>? present = null;
        if (isOpen)
        {
            time.Advance(TimeSpan.FromSeconds(11));
            present = StayAsync(bus, caller, CancellationToken.None);
            await RenewUntilAsync(caller, claimed.Text("lease_token"), 409);
        }

        var cancelled = await caller.SendAsync("POST", $"/v1/messages/{message}/cancel", "{}");
        present ??= StayAsync(bus, caller, CancellationToken.None);

        Assert.Equal(200, cancelled.Status);
        Assert.Equal("""{"status":"task_ended"}""", await present.WaitAsync(Deadline.Time));
    }

    [Theory]
    [InlineData("", "task_noted")]
    [InlineData("cancel", "task_ended")]
    public async Task A_note_of_another_on_a_task_of_the_session_answers_its_next_request_and_the_end_of_one_is_told_first(string after, string status)
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var (message, _) = await NotedAsync(caller, Other);
        if (after.Length > 0)
        {
            await caller.SendAsync("POST", $"/v1/messages/{message}/{after}", "{}");
        }

        Assert.Equal($$"""{"status":"{{status}}"}""", await StayAsync(bus, caller, CancellationToken.None).WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task An_own_note_is_no_news()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var (_, token) = await NotedAsync(caller, Own);
        time.Advance(TimeSpan.FromSeconds(11));
        var present = StayAsync(bus, caller, CancellationToken.None);
        await RenewUntilAsync(caller, token, 409);

        await bus.Server.StopAsync().WaitAsync(Deadline.Time);

        Assert.Equal("""{"status":"present"}""", await present.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task The_end_of_the_bus_answers_the_request()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var token = await ClaimAsync(caller);
        time.Advance(TimeSpan.FromSeconds(11));
        var present = StayAsync(bus, caller, CancellationToken.None);
        await RenewUntilAsync(caller, token, 409);

        await bus.Server.StopAsync().WaitAsync(Deadline.Time);

        Assert.Equal("""{"status":"present"}""", await present.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task A_refused_request_counts_against_the_rate_of_the_key()
    {
        await using var bus = await TestBus.StartAsync(options => options with { RateLimit = 3 }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(422, (await caller.SendAsync("POST", Routes.Presence, "{}")).Status);
        }

        var refused = await caller.SendAsync("POST", Routes.Presence, "{}");

        Assert.Equal((429, "rate_limit_exceeded"), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task A_request_that_hangs_takes_no_place_of_the_rate_after_its_first_second_and_is_no_waiter()
    {
        const int Limit = 900;
        await using var bus = await TestBus.StartAsync(options => options with { RateLimit = Limit, LongPollMaxWaiters = 0 }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var own = 0;
        using var leave = new CancellationTokenSource();
        var present = StayAsync(bus, caller, leave.Token);

        await CountOthersAsync(1, () => { });
        await CountOthersAsync(0, () => time.Advance(TimeSpan.FromSeconds(1)));

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => present);

        async Task CountOthersAsync(int others, Action before)
        {
            // Within one window, so that nothing counted falls out of it.
            for (var i = 0; i < 40; i++)
            {
                before();
                var answer = await caller.SendAsync("GET", "/v1/channels");
                own++;
                if (answer.Header("X-RateLimit-Remaining") == (Limit - own - others).ToString(System.Globalization.CultureInfo.InvariantCulture))
                {
                    return;
                }
            }

            Assert.Fail($"Never {others} places taken by others.");
        }
    }

    [Fact]
    public async Task A_session_that_can_be_guessed_is_refused()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");

        var refused = await caller.SendAsync("POST", Routes.Presence, """{"session":"1"}""");

        Assert.Equal((422, "invalid_field"), (refused.Status, refused.Text("error")));
    }

    /// <summary>A task of the session, on which another or the session itself has noted something.</summary>
    private static async Task<(string Message, string Token)> NotedAsync(BusCaller caller, string author)
    {
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var claimed = await caller.SendAsync(
            "POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"worker","lease_seconds":3600,"session":"{{Own}}"}""");
        var noted = await caller.SendAsync("POST", $"/v1/messages/{message}/notes", $$"""{"kind":"comment","text":"x","session":"{{author}}"}""");
        Assert.Equal(201, noted.Status);
        return (message, claimed.Text("lease_token"));
    }

    private static async Task<string> ClaimAsync(BusCaller caller)
    {
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var claimed = await caller.SendAsync(
            "POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"worker","lease_seconds":3600,"session":"{{Own}}"}""");
        return claimed.Text("lease_token");
    }

    /// <summary>Whether the owner of the lease lives: as another session nobody renews it then.</summary>
    private static Task<BusAnswer> RenewAsync(BusCaller caller, string token) =>
        caller.SendAsync("POST", $"/v1/leases/{token}/heartbeat", $$"""{"lease_seconds":3600,"session":"{{Other}}"}""");

    private static async Task RenewUntilAsync(BusCaller caller, string token, int status, Action? before = null)
    {
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested;)
        {
            before?.Invoke();
            if ((await RenewAsync(caller, token)).Status == status)
            {
                return;
            }
        }

        Assert.Fail($"No {status} in time.");
    }

    private static async Task<string> StayAsync(TestBus bus, BusCaller caller, CancellationToken cancellationToken)
    {
        using var request = new System.Net.Http.HttpRequestMessage(System.Net.Http.HttpMethod.Post, bus.BaseUrl + Routes.Presence)
        {
            Content = new System.Net.Http.StringContent($$"""{"session":"{{Own}}"}"""),
        };
        request.Headers.Add("X-API-Key", caller.Key);
        using var answer = await bus.Http.SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }
}
