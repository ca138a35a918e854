using System.Globalization;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Tests.Support.Postgres;
using PostgresServer = Backchannel.Native.Tests.Support.Postgres.PostgresServer;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>Buses in one process that share a database of PostgreSQL, as buses on several machines do.</summary>
internal sealed class SeveralBuses : IAsyncDisposable
{
    private readonly PostgresDatabase database;
    private readonly List<TestBus> buses = [];
    private long marks;

    private SeveralBuses(PostgresDatabase database) => this.database = database;

    public TestBus this[int bus] => buses[bus];

    public int Count => buses.Count;

    /// <param name="configure">Given the options of each, which come without rate limits.</param>
    /// <param name="time">The clock of each; null: the machine's.</param>
    public static async Task<SeveralBuses> StartAsync(int count, Func<BusOptions, BusOptions>? configure = null, Func<int, TimeProvider>? time = null)
    {
        var several = new SeveralBuses(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        for (var i = 0; i < count; i++)
        {
            several.buses.Add(await TestBus.StartAsync(
                options => (configure?.Invoke(options) ?? options) with { DatabasePath = several.database.Address }, time?.Invoke(i) ?? TimeProvider.System));
        }

        await several.SettleAsync();
        return several;
    }

    /// <summary>The same key at another bus.</summary>
    public BusCaller At(int bus, BusCaller caller) => new(buses[bus], caller.Key, caller.KeyId);

    /// <inheritdoc cref="PostgresDatabase.QueryAsync"/>
    public Task<string> QueryAsync(string sql) => database.QueryAsync(sql);

    /// <summary>Returns once every bus has heard what was announced until now. Announcements come in the order of the commits.</summary>
    public Task SettleAsync() => SettleAsync(buses.Select(bus => bus.Server.Signals).ToList(), QueryAsync, ++marks);

    /// <inheritdoc cref="SettleAsync()"/>
    /// <param name="mark">No other call has it.</param>
    public static async Task SettleAsync(IReadOnlyList<Native.Bus.Waiting.Signals> buses, Func<string, Task> run, long mark)
    {
        var change = Change.OfChannel(-mark);
        var waiters = buses.Select(signals => signals.Reserve(change)).ToList();
        var heard = Task.WhenAll(waiters.Select(waiter => waiter.Next).ToList());
        await run(string.Create(
            CultureInfo.InvariantCulture, $"NOTIFY {PostgresNotices.Channel}, '{Announcement.Write("test", 0, [change])}'"));
        await heard.Within();
        waiters.ForEach(waiter => waiter.Dispose());
    }

    /// <summary>Returns once some bus has announced such a change, and all have heard it.</summary>
    public async Task WhenAnnouncedAsync(ChangeKind kind)
    {
        await using var connection = await PostgresAddress.Parse(database.Address, null).Connect().OpenConnectionAsync();
        var isHeard = false;
        connection.Notification += (_, notice) => isHeard |= Announcement.Read(notice.Payload)!.Changes.Any(change => change.Kind == kind);
        await using (var listen = new Npgsql.NpgsqlCommand($"LISTEN {PostgresNotices.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync();
        }

        while (!isHeard)
        {
            await connection.WaitAsync(Deadline.Token());
        }

        await SettleAsync();
    }

    /// <summary>Takes the turn to write, as another process does, until it is disposed.</summary>
    public async Task<IAsyncDisposable> TakeTurnAsync()
    {
        var connection = await PostgresAddress.Parse(database.Address, null).Connect().OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand("BEGIN; SELECT last FROM writer FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Cuts the connections on which buses listen. They come back by themselves.</summary>
    public Task CutNoticesAsync() => QueryAsync(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND (query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%' OR query = 'SELECT last FROM writer')
        """);

    /// <summary>Completes once every bus listens again. Call it before the cut.</summary>
    public Task WhenBackAsync()
    {
        var change = Change.OfChannel(-++marks);

        // Whoever listens again does not know what it missed, and wakes all that wait.
        return Task.WhenAll(buses.Select(bus => bus.Server.Signals.Reserve(change).Next).ToList()).Within();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bus in buses)
        {
            await bus.DisposeAsync();
        }

        await database.DisposeAsync();
    }
}
