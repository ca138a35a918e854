using System.Globalization;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;
using Npgsql;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A writer that hangs loses its turn within seconds; who waits behind one is told in time.</summary>
public sealed class HeldTurnTests
{
    [PostgresTheory]
    [InlineData(nameof(DatabaseLoss.HangsAtBegin))]
    [InlineData(nameof(DatabaseLoss.HangsInCommit))]
    public async Task Another_bus_goes_on_when_a_writer_hangs_with_its_turn(string where)
    {
        await using var bus = await FrontedBus.StartAsync();
        await using var other = await TestBus.StartAsync(options => options with { DatabasePath = bus.Address });
        var caller = new BusCaller(other, bus.Caller.Key, bus.Caller.KeyId);
        bus.Front.Lose(Enum.Parse<DatabaseLoss>(where));
        var hanging = bus.PostAsync("hangs");
        await bus.Front.Hit.Within();

        await bus.RepeatAsync(() => bus.PostAsync(caller, "goes on", "key"));

        Assert.Equal("goes on", await bus.ContentsAsync());
        var answer = await hanging;
        Assert.Equal((503, "1"), (answer.Status, answer.Header("Retry-After")));
        Assert.Contains("nothing was kept", answer.Text("message"), StringComparison.Ordinal);
        await bus.RepeatAsync(() => bus.PostAsync("after", "another key"));
        Assert.Equal("after,goes on", await bus.ContentsAsync());
    }

    [PostgresFact]
    public async Task All_that_wait_for_the_turn_are_refused_together_and_the_log_says_why()
    {
        const int MoreThanTwoTransactionsTake = 1_100;
        await using var bus = await FrontedBus.StartAsync();
        using var database = BusDatabase.Open(bus.Address, TimeProvider.System, static _ => { });
        await database.Writes.RunAsync(static _ => true);
        await using var holder = await HolderAsync(bus.Address);
        // Ends long after one turn's patience and before that of three in a row.
        var held = new NpgsqlCommand("SELECT pg_sleep(13)", holder).ExecuteNonQueryAsync();

        var throughBus = bus.PostAsync("waits");
        var writes = Enumerable.Range(0, MoreThanTwoTransactionsTake)
            .Select(_ => Record.ExceptionAsync(() => database.Writes.RunAsync(static context => context.Storage.Settings.IsMintingOpen())))
            .ToList();

        Assert.All(await Task.WhenAll(writes), failure => Assert.True(failure is StorageException { IsUnavailable: true }, failure?.ToString() ?? "it was run"));
        var answer = await throughBus;
        Assert.Equal((503, "storage_unavailable", "1"), (answer.Status, answer.Text("error"), answer.Header("Retry-After")));
        Assert.Contains("nothing was kept", answer.Text("message"), StringComparison.Ordinal);
        Assert.Equal(200, (await bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages")).Status);
        await held;
        await holder.CloseAsync();
        await bus.RepeatAsync(() => bus.PostAsync("goes on", "key"));
        Assert.Equal("goes on", await bus.ContentsAsync());
        Assert.Contains("pg_stat_activity", Assert.Single(bus.Logged("database_held")), StringComparison.Ordinal);
        Assert.Single(bus.Logged("database_free"));
        Assert.Empty(bus.Logged("database_away"));
    }

    /// <summary>Somebody with a client of their own who has locked the writer's row.</summary>
    private static async Task<NpgsqlConnection> HolderAsync(string address)
    {
        var parts = address.Split('/', '?', '=', '&');
        var folder = address[(address.IndexOf("host=", StringComparison.Ordinal) + 5)..address.IndexOf("&port", StringComparison.Ordinal)];
        var connection = new NpgsqlConnection(string.Create(
            CultureInfo.InvariantCulture, $"Host={folder};Port={parts[^1]};Username={PostgresServer.Administrator};Database={parts[3]};Pooling=false"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; SELECT last FROM writer FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
