using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The database file: one writer, readers in parallel.</summary>
internal sealed class BusDatabase : IDisposable
{
    private const int IdleReaders = 8;

    private readonly string path;
    private readonly DatabaseLock held;
    private readonly DatabaseFiles files;
    private readonly StorageSession writer;
    private readonly ConcurrentBag<StorageSession> readers = [];

    private BusDatabase(
        string path,
        DatabaseLock held,
        DatabaseFiles files,
        StorageSession writer,
        TimeProvider timeProvider,
        Action<Change> announce,
        Action<StorageFault> report)
    {
        this.path = path;
        this.held = held;
        this.files = files;
        this.writer = writer;
        State = new StorageState(path, report);
        Writes = new WriteQueue(writer, files, State, new WriteClock(timeProvider, LastTime(writer.Connection)), announce);
    }

    public WriteQueue Writes { get; }

    /// <summary>Whether the file can be relied on.</summary>
    public StorageState State { get; }

    /// <inheritdoc cref="Open(string, TimeProvider, Action{Change}, Action{StorageFault})"/>
    public static BusDatabase Open(string path, TimeProvider timeProvider, Action<Change> announce) => Open(path, timeProvider, announce, static _ => { });

    /// <summary>Opens or creates the file, readable by its owner only, and brings its schema forward.</summary>
    /// <param name="announce">Told what a write changed, once it is on the disk.</param>
    /// <param name="report">Called once, when the file turns out to be damaged, removed or replaced.</param>
    /// <exception cref="StorageException">The file cannot be opened or is no database.</exception>
    /// <exception cref="InvalidOperationException">The file was written by a newer program, or belongs to another one.</exception>
    /// <exception cref="DatabaseInUseException">Another process has it open.</exception>
    public static BusDatabase Open(string path, TimeProvider timeProvider, Action<Change> announce, Action<StorageFault> report)
    {
        SqliteLibrary.Load();
        PrivateFiles.CreateFile(path);
        var target = DatabaseFiles.Resolve(path);
        var held = DatabaseLock.Acquire(target);
        try
        {
            var connection = OpenWriter(path);
            try
            {
                return new BusDatabase(path, held, new DatabaseFiles(path, target), new StorageSession(connection), timeProvider, announce, report);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static SqliteConnection OpenWriter(string path)
    {
        var connection = SqliteConnection.Open(path, create: true);
        try
        {
            DatabaseOwner.Check(connection);
            // Says nothing to a file that has tables: those of before get it by compacting them.
            connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536");
            connection.Execute("PRAGMA wal_autocheckpoint = 4000");
            // On macOS an ordinary fsync leaves the data in the disk's own cache; elsewhere these say nothing.
            connection.Execute("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
            Migrations.Apply(connection);
            // In use now, also where nothing had to be migrated: the files beside the database lie there from here on.
            connection.QueryInteger("SELECT 1 FROM settings WHERE name = ''");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads from one consistent state of the database, on the caller's thread.</summary>
    /// <exception cref="UnusableDatabaseException">The database cannot be relied on any more.</exception>
    public T Read<T>(Func<StorageSession, T> read)
    {
        State.ThrowIfUnusable();
        try
        {
            return ReadNow(read);
        }
        catch (StorageException failure)
        {
            State.Notice(failure);
            throw;
        }
    }

    /// <summary>Whether its files lie where they were opened; notices what happened to them while nobody writes.</summary>
    public bool IsInPlace() => State.AreInPlace(files);

    private T ReadNow<T>(Func<StorageSession, T> read)
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

    /// <summary>Brings what was committed into the file itself, as far as nobody reads an earlier state.</summary>
    public void Checkpoint()
    {
        State.ThrowIfUnusable();
        if (!readers.TryTake(out var session))
        {
            session = OpenReader();
        }

        try
        {
            session.Connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        }
        finally
        {
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
        held.Dispose();
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
        // Another file may lie at the path by now, with the answers of another bus.
        State.RequireInPlace(files);
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
