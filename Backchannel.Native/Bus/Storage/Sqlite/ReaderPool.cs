using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Connections that only read. Idle ones are kept for the next reads.</summary>
/// <param name="requireInPlace">Throws when the files of the database are no longer at their paths.</param>
internal sealed class ReaderPool(string path, Action requireInPlace)
{
    private const int MostIdle = 8;

    private readonly ConcurrentBag<Reader> idle = [];

    public Reader Rent() => idle.TryTake(out var reader) ? reader : Open();

    public void Return(Reader reader)
    {
        if (idle.Count < MostIdle)
        {
            idle.Add(reader);
        }
        else
        {
            reader.Connection.Dispose();
        }
    }

    /// <summary>Closes the idle connections.</summary>
    public void Close()
    {
        while (idle.TryTake(out var reader))
        {
            reader.Connection.Dispose();
        }
    }

    private Reader Open()
    {
        var connection = SqliteConnection.Open(path, create: false);
        connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096");
        // Another file may lie at the path by now, with the answers of another bus.
        requireInPlace();
        return new Reader(connection, new StorageSession(connection));
    }

    /// <summary>A connection with the stores over it.</summary>
    internal sealed record Reader(SqliteConnection Connection, StorageSession Session);
}
