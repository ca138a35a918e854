using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A primary that waits for its standby: what the standby has not confirmed is not told as done.</summary>
public sealed class StandbyTests
{
    private const string CancelsWaits = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

    [PostgresFact]
    public async Task Without_its_standby_writes_end_undecided_reads_go_on_and_all_goes_on_without_waiting_for_it()
    {
        await using var primary = await PostgresServer.StartAsync("shared_buffers=16MB");
        var standby = await PostgresServer.StartStandbyAsync(primary, "shared_buffers=16MB");
        await using var bus = await FrontedBus.StartAsync(primary);
        await primary.RequireStandbyAsync();
        Assert.Equal(201, (await bus.PostAsync("before")).Status);
        await standby.DisposeAsync();

        var undecided = bus.PostAsync("undecided", "key");
        var listed = await bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages");
        var waiting = bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages?wait=25&cursor={Uri.EscapeDataString(listed.Json.Text("next_cursor"))}");
        var ready = await bus.Caller.SendAsync("GET", "/readyz");
        var answer = await undecided;
        var second = await bus.PostAsync("second");

        Assert.Equal(503, ready.Status);
        Assert.Contains("has not answered for 2 seconds", ready.Text("message"), StringComparison.Ordinal);
        Assert.Equal((504, "1"), (answer.Status, answer.Header("Retry-After")));
        Assert.Contains("may have been kept or not", answer.Text("message"), StringComparison.Ordinal);
        Assert.Contains("before", listed.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("undecided", listed.Body, StringComparison.Ordinal);
        Assert.InRange(second.Status, 503, 504);

        // It was kept after all, and who waits at this bus hears of it, although nobody was told that it is done.
        Assert.Contains("\"undecided\"", (await waiting.Within()).Body, StringComparison.Ordinal);
        await primary.StopWaitingAsync();
        await bus.RepeatAsync(() => bus.PostAsync("undecided", "key"));
        await bus.RepeatAsync(() => bus.PostAsync("after", "another key"));
        Assert.StartsWith("after,before,", await bus.ContentsAsync(), StringComparison.Ordinal);
        Assert.Equal("1", await bus.QueryAsync("SELECT count(*) FROM messages WHERE content = 'undecided'"));
    }

    [PostgresFact]
    public async Task A_commit_whose_wait_for_the_standby_is_cancelled_is_not_told_as_done()
    {
        await using var primary = await PostgresServer.StartAsync("shared_buffers=16MB");
        var standby = await PostgresServer.StartStandbyAsync(primary, "shared_buffers=16MB");
        await using var bus = await FrontedBus.StartAsync(primary);
        await primary.RequireStandbyAsync();
        await bus.PostAsync("before");
        await standby.DisposeAsync();

        var posted = bus.PostAsync("one", "key");
        var deadline = Deadline.Token();
        while (!posted.IsCompleted)
        {
            Assert.False(deadline.IsCancellationRequested, primary.Log);
            await primary.QueryAsync(PostgresServer.Administrator, CancelsWaits);
        }

        var answer = await posted;
        Assert.Equal(504, answer.Status);
        Assert.Contains("may have been kept or not", answer.Text("message"), StringComparison.Ordinal);
        await primary.StopWaitingAsync();
        await bus.RepeatAsync(() => bus.PostAsync("one", "key"));
        Assert.Equal("before,one", await bus.ContentsAsync());
    }

    [PostgresFact]
    public async Task A_bus_with_both_addresses_goes_on_at_the_standby_that_becomes_the_primary()
    {
        await using var primary = await PostgresServer.StartAsync("shared_buffers=16MB");
        await using var standby = await PostgresServer.StartStandbyAsync(primary, "shared_buffers=16MB");
        await using var database = await primary.CreateDatabaseAsync();
        await primary.RequireStandbyAsync();
        await using var bus = await TestBus.StartAsync(options => options with
        {
            DatabasePath = $"postgres://{PostgresServer.Administrator}@127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}/{database.Name}?sslmode=disable",
            DatabasePassword = PostgresServer.Password,
        });
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        await caller.PostAsync(channel, "before");
        await primary.KillAsync();
        Assert.Equal(503, (await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"lost"}""", "first key")).Status);

        await standby.PromoteAsync();
        var deadline = Deadline.Token();
        while ((await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"after"}""", "key")).Status != 201)
        {
            Assert.False(deadline.IsCancellationRequested, string.Join('\n', bus.Log));
        }

        Assert.Equal("after,before", await standby.QueryAsync(database.Name, "SELECT string_agg(content, ',' ORDER BY content) FROM messages"));
        // The database is dropped through the server that it came from.
        await primary.StartAgainAsync();
        await primary.StopWaitingAsync();
    }
}
