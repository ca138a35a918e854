using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>The data in one file of SQLite: one connection writes, others read in parallel on their callers' threads.</summary>
internal sealed class SqliteEngine : IEngine
{
    private readonly string path;
    private readonly StorageState state;
    private readonly DatabaseLock held;
    private readonly DatabaseFiles files;
    private readonly SqliteConnection writer;
    private readonly ReaderPool readers;
    private long lastTime;

    private SqliteEngine(string path, StorageState state, DatabaseLock held, DatabaseFiles files, SqliteConnection writer)
    {
        this.path = path;
        this.state = state;
        this.held = held;
        this.files = files;
        this.writer = writer;
        readers = new ReaderPool(path, RequireInPlace);
        lastTime = writer.QueryInteger(SqliteSequences.LastTime);
    }

    public string Name => "sqlite";

    public bool CanWrite { get; private set; } = true;

    public ISqlConnection Writer => writer;

    public bool IsShared => false;

    public bool WritesOnCallersThread => true;

    public IRehearsal? Rehearsal => null;

    public long FreeSpace => DatabasePlace.RoomBeside(path);

    /// <summary>Opens or creates the file, readable by its owner only, and brings its schema forward.</summary>
    /// <param name="state">Told when the files are removed or replaced.</param>
    /// <exception cref="StorageException">The file cannot be opened or is no database.</exception>
    /// <exception cref="InvalidOperationException">The file was written by a newer program, or belongs to another one.</exception>
    /// <exception cref="DatabaseInUseException">Another process has it open.</exception>
    public static SqliteEngine Open(string path, StorageState state)
    {
        SqliteLibrary.Load();
        DatabasePlace.CreateFile(path);
        var target = DatabaseFiles.Resolve(path);
        var held = DatabaseLock.Acquire(target);
        SqliteConnection? writer = null;
        try
        {
            writer = OpenWriter(path);
            return new SqliteEngine(path, state, held, new DatabaseFiles(path, target), writer);
        }
        catch
        {
            writer?.Dispose();
            held.Dispose();
            throw;
        }
    }

    public WriterTurn Begin()
    {
        writer.Begin();
        return new WriterTurn(lastTime, OthersWrote: false);
    }

    public void Commit(long lastTime, IEnumerable<Change> changes)
    {
        CanWrite = false;
        writer.Commit();
        CanWrite = true;
        this.lastTime = lastTime;
    }

    public void Rollback()
    {
        try
        {
            if (writer.InTransaction)
            {
                writer.Rollback();
            }
        }
        catch (StorageException) when (!writer.InTransaction)
        {
            // SQLite undoes a transaction by itself when the disk fails.
        }
    }

    /// <summary>Completes before it returns: SQLite reads on the caller's thread.</summary>
    public ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read)
    {
        try
        {
            return ValueTask.FromResult(Read(read));
        }
        catch (StorageException failure)
        {
            state.Notice(failure);
            throw;
        }
    }

    public bool IsInPlace()
    {
        if (files.FindMissing() is not { } missing)
        {
            return true;
        }

        state.Set(StorageFault.Removed(missing));
        return false;
    }

    public void RequireInPlace()
    {
        if (files.FindMissingData() is { } missing)
        {
            state.Set(StorageFault.Removed(missing));
        }

        state.ThrowIfUnusable();
    }

    public IReadOnlyList<ScheduledPass> Maintenance(BusDatabase database) =>
    [
        new(new DamageCheck(database), null),
        new(new MemoryRelease(this, database.Writes), MemoryRelease.Interval),
        new(new SpaceRelease(this, database), SpaceRelease.Interval),
    ];

    /// <summary>Brings what was committed into the file itself.</summary>
    public void Checkpoint()
    {
        state.ThrowIfUnusable();
        var reader = readers.Rent();
        try
        {
            reader.Connection.Checkpoint();
        }
        finally
        {
            readers.Return(reader);
        }
    }

    /// <summary>Frees the page caches and closes the idle readers; later reads load pages from the file again.</summary>
    public async Task ReleaseMemoryAsync(WriteQueue writes)
    {
        await writes.RunAsync(_ =>
        {
            writer.ReleaseMemory();
            return true;
        });
        readers.Close();
        SystemHeap.Trim();
    }

    /// <summary>Call it after the last read and write have ended.</summary>
    public void Dispose()
    {
        readers.Close();
        writer.Dispose();
        held.Dispose();
    }

    private T Read<T>(Func<StorageSession, T> read)
    {
        var reader = readers.Rent();
        try
        {
            reader.Connection.BeginRead();
            return read(reader.Session);
        }
        finally
        {
            if (reader.Connection.InTransaction)
            {
                reader.Connection.Commit();
            }

            readers.Return(reader);
        }
    }

    private static SqliteConnection OpenWriter(string path)
    {
        var connection = SqliteConnection.Open(path, create: true, GatheredLog.Name);
        try
        {
            DatabaseOwner.Check(connection);
            // Takes effect in a new file only. An older one gets it when it is compacted.
            connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536");
            connection.Execute("PRAGMA wal_autocheckpoint = 4000");
            // On macOS an ordinary fsync leaves the data in the disk's own cache; elsewhere these have no effect.
            connection.Execute("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
            Migrations.Apply(connection);
            // A first read makes SQLite create the files beside the database, also where nothing had to be migrated.
            connection.QueryInteger("SELECT 1 FROM settings WHERE name = ''");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
