using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A bus whose way to its database a test can disturb, with a channel <c>lane</c>.</summary>
internal sealed class FrontedBus : IAsyncDisposable
{
    private readonly PostgresDatabase database;
    private readonly bool isShared;

    private FrontedBus(PostgresDatabase database, bool isShared, DatabaseFront front, TestBus bus, BusCaller caller, string channel)
    {
        this.database = database;
        this.isShared = isShared;
        Front = front;
        Bus = bus;
        Caller = caller;
        Channel = channel;
    }

    public DatabaseFront Front { get; }

    public TestBus Bus { get; }

    public BusCaller Caller { get; }

    public string Channel { get; }

    public string DatabaseName => database.Name;

    /// <summary>Of the database itself, past the front.</summary>
    public string Address => database.Address;

    public static async Task<FrontedBus> StartAsync(PostgresServer? own = null)
    {
        var server = own ?? await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        var front = new DatabaseFront(server);
        // Nothing is entered or counted after a post, so that a fault meets the write that the test sends.
        var bus = await StartAsync(front, database.Name, static options => options with { WordInterval = TimeSpan.Zero, MinuteInterval = TimeSpan.Zero });
        var caller = await BusCaller.MintAsync(bus, "a");
        return new FrontedBus(database, own is null, front, bus, caller, await caller.CreateAsync("lane"));
    }

    /// <summary>Options of a bus behind a front.</summary>
    public static BusOptions Behind(BusOptions options, DatabaseFront front, string database) => options with
    {
        DatabasePath = front.AddressOf(database),
        DatabasePassword = PostgresServer.Password,
    };

    /// <summary>A machine under load answers too late at times.</summary>
    public static async Task<TestBus> StartAsync(DatabaseFront front, string database, Func<BusOptions, BusOptions>? configure = null)
    {
        var deadline = Deadline.Token();
        while (true)
        {
            try
            {
                return await TestBus.StartAsync(options => Behind(configure?.Invoke(options) ?? options, front, database));
            }
            catch (StorageException failure) when (failure.IsUnavailable && !deadline.IsCancellationRequested)
            {
            }
        }
    }

    public Task<BusAnswer> PostAsync(string content, string? key = null) => PostAsync(Caller, content, key);

    /// <summary>Posts at another bus.</summary>
    public Task<BusAnswer> PostAsync(BusCaller caller, string content, string? key = null) => caller.SendAsync(
        "POST", $"/v1/channels/{Channel}/messages", $$"""{"content":"{{content}}"}""", key ?? Guid.NewGuid().ToString());

    public Task<string> QueryAsync(string sql) => database.QueryAsync(sql);

    /// <summary>The contents of all messages, sorted, with a comma between two.</summary>
    public Task<string> ContentsAsync() => QueryAsync("SELECT string_agg(content, ',' ORDER BY content) FROM messages");

    /// <summary>The lines of a kind that the bus has logged.</summary>
    public List<string> Logged(string kind) => [.. Bus.Log.Where(line => line.Contains($"\"event\":\"{kind}\"", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        Front.Open();
        await Bus.DisposeAsync();
        await Front.DisposeAsync();
        if (isShared)
        {
            await database.DisposeAsync();
        }
    }
}
