using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A bus whose way to its database a test can disturb, with a channel <c>lane</c>.</summary>
internal sealed class FrontedBus : IAsyncDisposable
{
    private readonly PostgresDatabase database;

    private FrontedBus(PostgresDatabase database, DatabaseFront front, TestBus bus, BusCaller caller, string channel)
    {
        this.database = database;
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
        var bus = await TestBus.StartAsync(options => Behind(options, front, database.Name));
        var caller = await BusCaller.MintAsync(bus, "a");
        return new FrontedBus(database, front, bus, caller, await caller.CreateAsync("lane"));
    }

    /// <summary>Options of a bus behind a front.</summary>
    public static BusOptions Behind(BusOptions options, DatabaseFront front, string database) => options with
    {
        DatabasePath = front.AddressOf(database),
        DatabasePassword = PostgresServer.Password,
    };

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
        await database.DisposeAsync();
    }
}
