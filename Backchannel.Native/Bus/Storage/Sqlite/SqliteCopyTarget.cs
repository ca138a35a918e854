using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>A new database file, written beside its place and put there when it is complete: killed at any moment, the place holds what it held before.</summary>
internal sealed class SqliteCopyTarget : ICopyTarget
{
    /// <summary>Of the file in which the copy is made. The next copy to the same place replaces one that was left behind.</summary>
    private const string Suffix = "-copy";

    private static readonly string[] BesideDatabase = ["-wal", "-shm", "-journal"];

    private readonly string place;
    private readonly DatabaseLock held;
    private readonly SqliteConnection connection;
    private readonly IReadOnlyList<string> triggers;
    private bool isCommitted;

    private SqliteCopyTarget(string place, DatabaseLock held, SqliteConnection connection)
    {
        this.place = place;
        this.held = held;
        this.connection = connection;
        // Nothing reads the file before it is complete, so neither a journal nor an order of writes has to protect it.
        connection.Execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536");
        Migrations.Apply(connection);
        connection.Begin();
        triggers = TakeTriggers(connection);
    }

    public ISqlConnection Connection => connection;

    private string Temporary => place + Suffix;

    /// <exception cref="CopyException">The place holds something.</exception>
    /// <exception cref="DatabaseInUseException">A bus has it open.</exception>
    /// <exception cref="StorageException">The file cannot be written.</exception>
    /// <exception cref="IOException">The same.</exception>
    public static SqliteCopyTarget Open(string path)
    {
        SqliteLibrary.Load();
        PrivateFiles.CreateFolderOf(path);
        DatabasePlace.RequireOwnFile(path);
        var place = DatabaseFiles.Resolve(path);
        var held = DatabaseLock.Acquire(place);
        SqliteConnection? connection = null;
        try
        {
            RequireEmpty(path, place);
            Remove(place + Suffix);
            PrivateFiles.CreateNew(place + Suffix).Dispose();
            connection = SqliteConnection.Open(place + Suffix, create: false);
            return new SqliteCopyTarget(place, held, connection);
        }
        catch
        {
            connection?.Dispose();
            Remove(place + Suffix);
            held.Dispose();
            throw;
        }
    }

    public void EndPage()
    {
        // SQLite writes at once, and keeps no more pages than its cache holds.
    }

    public void Complete(EngineState state)
    {
        foreach (var trigger in triggers)
        {
            connection.Execute(trigger);
        }

        SqliteSequences.Write(connection, state);
    }

    public void Commit()
    {
        connection.Commit();
        connection.Dispose();
        using (var file = new FileStream(Temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        // What an empty database may have left. SQLite would take it for part of the new one.
        RemoveBeside(place);
        File.Move(Temporary, place, overwrite: true);
        isCommitted = true;
    }

    public void Dispose()
    {
        connection.Dispose();
        if (!isCommitted)
        {
            Remove(Temporary);
        }

        held.Dispose();
    }

    /// <summary>Removes the triggers.</summary>
    /// <returns>The statements that make them again.</returns>
    private static IReadOnlyList<string> TakeTriggers(SqliteConnection connection)
    {
        List<(string Name, string Sql)> triggers;
        using (var query = connection.Prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid"))
        {
            triggers = query.All(static row => (row.Text(0), row.Text(1)));
        }

        foreach (var (name, _) in triggers)
        {
            connection.Execute($"DROP TRIGGER {name}");
        }

        return [.. triggers.Select(trigger => trigger.Sql)];
    }

    private static void RequireEmpty(string path, string place)
    {
        if (!File.Exists(place))
        {
            if (BesideDatabase.Select(suffix => place + suffix).FirstOrDefault(File.Exists) is { } rest)
            {
                throw new CopyException($"{rest} belongs to a database that was at {path}. Put both back together, or remove it if nobody needs it, or name another place for the copy.");
            }

            return;
        }

        if (new FileInfo(place).Length == 0 && !File.Exists(place + "-wal"))
        {
            return;
        }

        try
        {
            using var connection = SqliteConnection.Open(place, create: false);
            connection.Execute("PRAGMA query_only = ON");
            if (!IsEmpty(connection))
            {
                throw NotEmpty(path);
            }
        }
        catch (StorageException)
        {
            throw NotEmpty(path);
        }
    }

    private static bool IsEmpty(SqliteConnection connection) => DatabaseOwner.IsEmpty(connection)
        || (connection.QueryInteger("PRAGMA user_version") == Migrations.Latest && CopiedTables.All.All(table => connection.QueryInteger(table.AnyRow) == 0));

    private static CopyException NotEmpty(string path) =>
        new($"{path} is not empty, and a copy is never written over something. It was left as it is: name a file that does not exist, or move this one away.");

    private static void Remove(string file)
    {
        File.Delete(file);
        RemoveBeside(file);
    }

    private static void RemoveBeside(string file)
    {
        foreach (var suffix in BesideDatabase)
        {
            File.Delete(file + suffix);
        }
    }
}
