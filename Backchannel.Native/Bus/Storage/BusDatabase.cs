using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The database of a bus: one writer, readers in parallel.</summary>
internal sealed class BusDatabase : IDisposable
{
    private readonly IEngine engine;
    private readonly StallWatch stalls;

    private BusDatabase(IEngine engine, StorageState state, TimeProvider timeProvider, StallWatch stalls, Action<Change> announce)
    {
        this.engine = engine;
        this.stalls = stalls;
        State = state;
        Writes = new WriteQueue(new StorageSession(engine.Writer), engine, state, new WriteClock(timeProvider), stalls, announce);
    }

    public WriteQueue Writes { get; }

    /// <inheritdoc cref="IEngine.IsShared"/>
    public bool IsShared => engine.IsShared;

    /// <summary>Whether the database can be relied on.</summary>
    public StorageState State { get; }

    /// <summary>For an operator: <c>sqlite</c> or <c>postgresql</c>, and whether it takes writes.</summary>
    public string Description => $"{engine.Name}, {(IsWritable ? "writable" : "not writable")}";

    /// <summary>Whether the database can be relied on and took the last write.</summary>
    public bool IsWritable => engine.CanWrite && !State.Fault.IsCompleted;

    /// <summary>The upkeep that the engine needs.</summary>
    public IReadOnlyList<ScheduledPass> Maintenance => engine.Maintenance(this);

    /// <summary>Opens a database: a file, which is created where it is missing, or one of a PostgreSQL server. The only place that opens an engine; others ask <see cref="PostgresAddress.IsMeant"/> to say the right words.</summary>
    /// <param name="path">The path of a file, or the address of a server's database (<see cref="PostgresAddress"/>).</param>
    /// <param name="password">For the server; null: what the address, PGPASSWORD or the pgpass file say.</param>
    /// <param name="announce">Told what a write changed, once it is on the disk.</param>
    /// <param name="report">Called once, when the file turns out to be damaged, removed or replaced.</param>
    /// <param name="others">Hears what other processes change, if the database can have some.</param>
    /// <param name="stalls">Disposed with the database.</param>
    /// <inheritdoc cref="SqliteEngine.Open" path="/exception"/>
    public static BusDatabase Open(
        string path, string? password, SharedClock clock, Action<Change> announce, Action<StorageFault> report, IOtherProcesses others, StallWatch stalls)
    {
        var state = new StorageState(path, report);
        IEngine engine = PostgresAddress.IsMeant(path)
            ? PostgresEngine.Open(PostgresAddress.Parse(path, password), clock, others)
            : SqliteEngine.Open(path, state);
        try
        {
            return new BusDatabase(engine, state, clock, stalls, announce);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Reads from one consistent state of the database.</summary>
    /// <exception cref="UnusableDatabaseException">The database cannot be relied on any more.</exception>
    public ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read)
    {
        State.ThrowIfUnusable();
        return engine.ReadAsync(read);
    }

    /// <summary>How many bytes the disk still takes; <see cref="long.MaxValue"/> where it cannot be asked.</summary>
    public long FreeSpace => engine.FreeSpace;

    /// <summary>Whether the opened database is still the one at its path. A commit checks its own files too; this call needs no write.</summary>
    public bool IsInPlace() => engine.IsInPlace();

    public void Dispose()
    {
        Writes.Dispose();
        stalls.Dispose();
        engine.Dispose();
    }
}
