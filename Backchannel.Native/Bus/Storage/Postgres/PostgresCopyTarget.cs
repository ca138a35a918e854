using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>An empty database of a server, filled in one transaction under the writer's lock. Until that commits, the database is empty for everybody else.</summary>
internal sealed class PostgresCopyTarget : ICopyTarget
{
    private readonly NpgsqlDataSource source;
    private readonly PostgresConnection connection;

    private PostgresCopyTarget(NpgsqlDataSource source, PostgresConnection connection)
    {
        this.source = source;
        this.connection = connection;
    }

    public ISqlConnection Connection => connection;

    /// <exception cref="CopyException">The database holds something, or a bus uses it.</exception>
    /// <exception cref="InvalidOperationException">It belongs to another program, or to a newer release.</exception>
    /// <exception cref="StorageException">The server cannot be reached, or refuses.</exception>
    public static PostgresCopyTarget Open(PostgresAddress address)
    {
        var source = address.Connect(hasPatience: true);
        var connection = new PostgresConnection(source);
        try
        {
            connection.Open();
            if (PostgresMigrations.VersionOf(connection) == 0 && PostgresMigrations.HasTables(connection))
            {
                throw NotEmpty(address);
            }

            PostgresMigrations.Apply(connection);
            if (PostgresCopySource.IsServedAt(connection))
            {
                throw new CopyException($"A bus, or another copy, uses {address}. End it, or name another database.");
            }

            connection.Run("BEGIN");
            connection.Run("SELECT last FROM writer FOR UPDATE");
            foreach (var table in CopiedTables.All)
            {
                using var any = connection.Prepare(table.AnyRow);
                if (any.Step() && any.Integer(0) != 0)
                {
                    throw NotEmpty(address);
                }
            }

            SwitchTriggers(connection, "DISABLE");
            return new PostgresCopyTarget(source, connection);
        }
        catch
        {
            connection.Dispose();
            source.Dispose();
            throw;
        }
    }

    public void EndPage() => connection.Send([]);

    public void Complete(EngineState state)
    {
        SwitchTriggers(connection, "ENABLE");
        PostgresSequences.Write(connection, state);
        connection.Send([]);
    }

    public void Commit()
    {
        connection.Run("COMMIT");
        connection.Send([]);

        try
        {
            // The plans of the first hour depend on what the server knows of the tables.
            connection.Run("ANALYZE");
            connection.Send([]);
        }
        catch (StorageException)
        {
            // The copy is complete. The server looks at the tables by itself before long.
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        source.Dispose();
    }

    private static CopyException NotEmpty(PostgresAddress address) =>
        new($"{address} is not empty, and a copy is never written over something. It was left as it is: name an empty database.");

    private static void SwitchTriggers(PostgresConnection connection, string verb)
    {
        foreach (var table in CopiedTables.All)
        {
            connection.Run($"ALTER TABLE {table.Name} {verb} TRIGGER USER");
        }
    }
}
