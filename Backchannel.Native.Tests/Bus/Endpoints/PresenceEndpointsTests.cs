using Backchannel.Native.Tests.Support;
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
    public async Task Requests_that_only_show_a_session_do_not_count_against_the_rate_of_the_key_or_the_waiters()
    {
        await using var bus = await TestBus.StartAsync(options => options with { RateLimit = 3, LongPollMaxWaiters = 0 }, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        for (var i = 0; i < 10; i++)
        {
            var refused = await caller.SendAsync("POST", Routes.Presence, "{}");
            Assert.Equal((422, "missing_field"), (refused.Status, refused.Text("error")));
        }

        var token = await ClaimAsync(caller);
        Assert.NotEmpty(token);
    }

    [Fact]
    public async Task A_session_that_can_be_guessed_is_refused()
    {
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");

        var refused = await caller.SendAsync("POST", Routes.Presence, """{"session":"1"}""");

        Assert.Equal((422, "invalid_field"), (refused.Status, refused.Text("error")));
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
