using System.Collections.Concurrent;
using Backchannel.Native.Bus.Waiting;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The database file: one writer, readers in parallel.</summary>
internal sealed class BusDatabase : IDisposable
{
    private const int IdleReaders = 8;

    private readonly string path;
    private readonly StorageSession writer;
    private readonly ConcurrentBag<StorageSession> readers = [];

    private BusDatabase(string path, StorageSession writer, TimeProvider timeProvider, ChannelSignals signals)
    {
        this.path = path;
        this.writer = writer;
        Writes = new WriteQueue(writer, new WriteClock(timeProvider, LastTime(writer.Connection)), signals);
    }

    public WriteQueue Writes { get; }

    /// <summary>Opens or creates the file, readable by its owner only, and brings its schema forward.</summary>
    /// <exception cref="StorageException">The file cannot be opened or is no database.</exception>
    /// <exception cref="InvalidOperationException">The file was written by a newer program.</exception>
    public static BusDatabase Open(string path, TimeProvider timeProvider, ChannelSignals signals)
    {
        SqliteLibrary.Load();
        PrivateFiles.CreateFile(path);
        var connection = SqliteConnection.Open(path, create: true);
        try
        {
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536");
            connection.Execute("PRAGMA wal_autocheckpoint = 4000");
            // On macOS an ordinary fsync leaves the data in the disk's own cache; elsewhere these say nothing.
            connection.Execute("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
            Migrations.Apply(connection);
            return new BusDatabase(path, new StorageSession(connection), timeProvider, signals);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads from one consistent state of the database, on the caller's thread.</summary>
    public T Read<T>(Func<StorageSession, T> read)
    {
        if (!readers.TryTake(out var session))
        {
            session = OpenReader();
        }

        try
        {
            session.Connection.Execute("BEGIN");
            return read(session);
        }
        finally
        {
            if (session.Connection.InTransaction)
            {
                session.Connection.Execute("COMMIT");
            }

            Return(session);
        }
    }

    /// <summary>Lets go of what is kept in memory of the file; the next reads take it from there again.</summary>
    public async Task ReleaseMemoryAsync()
    {
        await Writes.RunAsync(context =>
        {
            context.Storage.Connection.ReleaseMemory();
            return true;
        });
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        SystemHeap.Trim();
    }

    public void Dispose()
    {
        Writes.Dispose();
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        writer.Dispose();
    }

    private void Return(StorageSession session)
    {
        if (readers.Count < IdleReaders)
        {
            readers.Add(session);
        }
        else
        {
            session.Dispose();
        }
    }

    private StorageSession OpenReader()
    {
        var connection = SqliteConnection.Open(path, create: false);
        connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096");
        return new StorageSession(connection);
    }

    /// <summary>The newest time ever given to a row, deleted ones included.</summary>
    private static long LastTime(SqliteConnection connection) => connection.QueryInteger(
        """
        SELECT max(
            coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name IN ('messages', 'events')), 0),
            coalesce((SELECT max(created_at) FROM channels WHERE discoverable = 1), 0))
        """);
}
