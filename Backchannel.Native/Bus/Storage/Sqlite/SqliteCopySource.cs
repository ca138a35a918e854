using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>A database file of which a copy is made. A bus may have it open: SQLite shows one state of it all the same.</summary>
internal sealed class SqliteCopySource : ICopySource
{
    private readonly SqliteConnection connection;

    private SqliteCopySource(SqliteConnection connection, bool isReference, bool isServed)
    {
        this.connection = connection;
        IsReference = isReference;
        IsServed = isServed;
    }

    public ISqlConnection Connection => connection;

    public bool IsReference { get; }

    public bool IsServed { get; }

    /// <exception cref="CopyException">There is nothing to copy, or its schema is an older one.</exception>
    /// <exception cref="StorageException">The file is damaged or no database.</exception>
    /// <exception cref="InvalidOperationException">It belongs to another program, or to a newer release.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SqliteCopySource Open(string path)
    {
        SqliteLibrary.Load();
        if (!File.Exists(path))
        {
            throw new CopyException(Directory.Exists(path) ? $"{path} is a folder. Name the database file in it." : $"There is no file {path} to copy.");
        }

        DatabasePlace.RequireOwnFile(path);
        var target = DatabaseFiles.Resolve(path);
        var isServed = DatabaseLock.IsHeld(target);
        var connection = SqliteConnection.Open(target, create: false);
        try
        {
            connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384");
            connection.BeginRead();
            if (DatabaseOwner.IsEmpty(connection))
            {
                throw new CopyException($"{path} is empty: there is nothing to copy.");
            }

            var isReference = DatabaseOwner.IsOfReference(connection);
            if (!isReference)
            {
                DatabaseOwner.Check(connection);
                RequireNewest(connection, path);
            }

            return new SqliteCopySource(connection, isReference, isServed);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether two paths lead to one file, through links too.</summary>
    public static bool IsOneFile(string path, string other) =>
        string.Equals(DatabaseFiles.Resolve(path), DatabaseFiles.Resolve(other), OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
        || (FileStatus.Read(path, followLinks: true) is { } file && FileStatus.Read(other, followLinks: true)?.Identity == file.Identity);

    public EngineState ReadState() => SqliteSequences.Read(connection);

    public void Dispose() => connection.Dispose();

    private static void RequireNewest(SqliteConnection connection, string path)
    {
        if (Migrations.RefuseNewer(connection) is var version && version < Migrations.Latest)
        {
            throw new CopyException(
                $"{path} has schema {version}, of an earlier release; this release copies schema {Migrations.Latest}. Start this release on it once "
                + $"(backchannel-mcp serve --db {path}), end it, and copy again. To leave the file as it is, do that with a copy of it.");
        }
    }
}
