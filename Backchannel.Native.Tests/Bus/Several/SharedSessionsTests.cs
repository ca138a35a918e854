using System.Net.Http;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>Sessions of workers at several buses that share a database. The buses tell each other every two seconds which sessions live.</summary>
public sealed class SharedSessionsTests : IAsyncLifetime
{
    private const string Own = "secret-of-process-1";
    private const string Other = "secret-of-process-2";

    private static readonly TimeSpan Gone = WorkerSessions.Grace + WorkerSessions.SignInterval + TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private SeveralBuses buses = null!;
    private BusCaller here = null!;
    private BusCaller there = null!;
    private string message = "";

    public async Task InitializeAsync()
    {
        if (Support.Postgres.PostgresServer.Obstacle is not null)
        {
            return;
        }

        buses = await SeveralBuses.StartAsync(2, time: _ => time);
        here = await BusCaller.MintAsync(buses[0], "a");
        there = buses.At(1, here);
        message = await here.PostAsync(await here.CreateAsync("lane"), "x");
    }

    public async Task DisposeAsync()
    {
        if (buses is not null)
        {
            await buses.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task A_task_of_a_session_that_claimed_at_one_bus_is_taken_over_at_another_only_after_its_end()
    {
        time.Advance(Gone);
        await ClaimAsync(here);
        await buses.SettleAsync();
        var living = await TakeOverAsync(there);
        time.Advance(Gone);

        // A sign that was on its way may come after the time has passed.
        var over = await UntilAsync(200, () => TakeOverAsync(there));

        Assert.Equal((409, "already_claimed", 200), (living.Status, living.Text("error"), over.Status));
    }

    [PostgresFact]
    public async Task A_task_of_a_session_whose_request_is_open_at_one_bus_is_not_taken_over_at_another_however_long_that_lasts()
    {
        await ClaimAsync(here);
        using var leave = new CancellationTokenSource();
        var present = StayAsync(0, leave.Token);
        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(9));

            // The next sign is at most two seconds away, and until then the earlier one holds.
            await buses.WhenAnnouncedAsync(ChangeKind.SessionSeen);
            statuses.Add((await TakeOverAsync(there)).Status);
        }

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => present);
        var over = await UntilAsync(200, () => TakeOverAsync(there), () => time.Advance(Gone));

        Assert.Equal([409, 409, 409], statuses);
        Assert.Equal(200, over.Status);
    }

    [PostgresFact]
    public async Task What_is_done_to_a_task_at_one_bus_answers_the_request_of_its_session_at_another()
    {
        await ClaimAsync(here);
        var noted = StayAsync(0);
        await DoThereAsync("notes", """{"kind":"comment","text":"x"}""");
        Assert.Equal("""{"status":"task_noted"}""", await noted.Within());
        var ended = StayAsync(0);

        await DoThereAsync("cancel", "{}");

        Assert.Equal("""{"status":"task_ended"}""", await ended.Within());
    }

    [PostgresFact]
    public async Task A_session_that_moves_to_another_bus_keeps_its_task_and_hears_there_what_happened_meanwhile()
    {
        var token = (await ClaimAsync(here)).Text("lease_token");
        time.Advance(TimeSpan.FromSeconds(9));
        await there.SendAsync("POST", $"/v1/leases/{token}/heartbeat", $$"""{"session":"{{Own}}"}""");
        await buses.SettleAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        var atFirst = await TakeOverAsync(here);
        var atSecond = await TakeOverAsync(there);

        // It is no longer known anywhere as one that listens.
        await here.SendAsync("POST", $"/v1/messages/{message}/cancel", "{}");
        await buses.SettleAsync();

        Assert.Equal((409, 409), (atFirst.Status, atSecond.Status));
        Assert.Equal("""{"status":"task_ended"}""", await StayAsync(1).Within());
    }

    [PostgresFact]
    public async Task A_session_is_not_taken_for_dead_while_notices_are_lost()
    {
        await ClaimAsync(here);
        using var leave = new CancellationTokenSource();
        var present = StayAsync(1, leave.Token);
        await buses.WhenAnnouncedAsync(ChangeKind.SessionSeen);
        for (var i = 0; i < 3; i++)
        {
            var back = buses.WhenBackAsync();
            time.Advance(Gone);
            await buses.CutNoticesAsync();
            await back;

            Assert.Equal(409, (await UntilAsync(409, () => TakeOverAsync(here), mayBe: 503)).Status);
            await buses.WhenAnnouncedAsync(ChangeKind.SessionSeen);
        }

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => present);
    }

    private Task<BusAnswer> ClaimAsync(BusCaller caller) => caller.SendAsync(
        "POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"worker","lease_seconds":3600,"session":"{{Own}}"}""");

    private Task<BusAnswer> TakeOverAsync(BusCaller caller) =>
        caller.SendAsync("POST", $"/v1/messages/{message}/take-over", $$"""{"actor":"worker","lease_seconds":3600,"session":"{{Other}}"}""");

    /// <summary>Asks until the answer is as expected.</summary>
    /// <param name="mayBe">The status of those before; null: any.</param>
    private static async Task<BusAnswer> UntilAsync(int status, Func<Task<BusAnswer>> ask, Action? before = null, int? mayBe = null)
    {
        for (var deadline = Deadline.Token(); ;)
        {
            before?.Invoke();
            var answer = await ask();
            if (answer.Status == status || deadline.IsCancellationRequested || (mayBe is not null && answer.Status != mayBe))
            {
                return answer;
            }
        }
    }

    /// <summary>Another does something to the task at the second bus, once the session is known to listen at the first.</summary>
    private async Task DoThereAsync(string what, string body)
    {
        await buses.WhenAnnouncedAsync(ChangeKind.SessionSeen);
        Assert.InRange((await there.SendAsync("POST", $"/v1/messages/{message}/{what}", body)).Status, 200, 201);
    }

    private async Task<string> StayAsync(int bus, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, buses[bus].BaseUrl + Routes.Presence)
        {
            Content = new StringContent($$"""{"session":"{{Own}}"}"""),
        };
        request.Headers.Add("X-API-Key", here.Key);
        using var answer = await buses[bus].Http.SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }
}
