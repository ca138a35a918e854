namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Rewrites a database file without its free pages, while no bus has it open. From then on the bus gives free space back by itself.</summary>
/// <remarks>
/// The rewrite is one transaction of SQLite: killed at any moment, it leaves the file with what it held before, in the old form or in the new one. The
/// file is written in place, so its owner, mode and links stay as they are.
/// </remarks>
internal sealed class Compaction : IDisposable
{
    /// <summary>The new form is written twice before the old one goes: to a temporary file and to the log of the transaction.</summary>
    private const int Copies = 2;

    private readonly string target;
    private readonly DatabaseLock held;
    private readonly SqliteConnection connection;

    private Compaction(string target, DatabaseLock held, SqliteConnection connection)
    {
        this.target = target;
        this.held = held;
        this.connection = connection;
        var page = connection.QueryInteger("PRAGMA page_size");
        Size = page * connection.QueryInteger("PRAGMA page_count");
        Free = page * connection.QueryInteger("PRAGMA freelist_count");
    }

    /// <summary>The size of the file in bytes.</summary>
    public long Size { get; }

    /// <summary>How many of them are free.</summary>
    public long Free { get; }

    /// <summary>Opens the file and locks it against buses.</summary>
    /// <exception cref="DatabaseInUseException">A bus has it open.</exception>
    /// <exception cref="StorageException">It is damaged, or no database.</exception>
    /// <exception cref="InvalidOperationException">It belongs to another program, or to a newer one.</exception>
    /// <exception cref="IOException">There is no such file, or no room for the work.</exception>
    public static Compaction Open(string path)
    {
        SqliteLibrary.Load();
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {path}.");
        }

        var target = DatabaseFiles.Resolve(path);
        var held = DatabaseLock.Acquire(target);
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteConnection.Open(target, create: false);
            DatabaseOwner.Check(connection);
            Migrations.RefuseNewer(connection);
            var opened = new Compaction(target, held, connection);
            opened.RequireRoom(DatabasePlace.RoomBeside(target));
            return opened;
        }
        catch
        {
            connection?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The disk has no room for the work.</exception>
    public void RequireRoom(long room)
    {
        var needed = (Size - Free) * Copies;
        if (room < needed)
        {
            throw new IOException(
                $"Compacting {target} takes up to {Megabytes(needed)} MB beside it for a while, and the disk has {Megabytes(room)} MB left. Make room, or move the file to a larger disk.");
        }
    }

    /// <summary>Rewrites the file, on the caller's thread.</summary>
    /// <returns>The new size in bytes.</returns>
    /// <exception cref="StorageException">It could not be done; the file holds what it held before.</exception>
    public long Run()
    {
        // The temporary file goes to the same disk, because the system's temporary folder may be small, or missing.
        connection.Execute($"PRAGMA temp_store = FILE; PRAGMA temp_store_directory = '{Path.GetDirectoryName(target)!.Replace("'", "''", StringComparison.Ordinal)}'");
        connection.Execute("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return new FileInfo(target).Length;
    }

    /// <summary>The part of the new form that has been written, from 0 to 1. Any thread may ask.</summary>
    public double Progress()
    {
        var log = new FileInfo(target + "-wal");
        return Math.Clamp(log.Exists ? (double)log.Length / Math.Max(1, Size - Free) : 0, 0, 1);
    }

    /// <summary>Stops the work. Any thread may call it.</summary>
    public void Interrupt() => connection.Interrupt();

    public static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        connection.Dispose();
        held.Dispose();
    }
}
