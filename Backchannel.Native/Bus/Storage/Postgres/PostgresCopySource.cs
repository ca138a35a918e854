using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A database of a server of which a copy is made. Buses may use it: a snapshot shows one state of it.</summary>
internal sealed class PostgresCopySource : ICopySource
{
    private readonly NpgsqlDataSource source;
    private readonly PostgresConnection connection;

    private PostgresCopySource(NpgsqlDataSource source, PostgresConnection connection, bool isServed)
    {
        this.source = source;
        this.connection = connection;
        IsServed = isServed;
    }

    public ISqlConnection Connection => connection;

    public bool IsReference => false;

    public bool IsServed { get; }

    /// <exception cref="CopyException">There is nothing to copy, or its schema is another one.</exception>
    /// <exception cref="StorageException">The server cannot be reached, or refuses.</exception>
    public static PostgresCopySource Open(PostgresAddress address)
    {
        var source = address.Connect(hasPatience: true);
        var connection = new PostgresConnection(source);
        try
        {
            connection.Open();
            connection.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            switch (PostgresMigrations.VersionOf(connection))
            {
                case 0:
                    throw new CopyException($"{address} holds no bus: there is nothing to copy.");
                case > PostgresMigrations.Latest and var newer:
                    throw new NewerDatabaseException((int)newer, PostgresMigrations.Latest, PostgresMigrations.ReleaseOf(connection));
                case < PostgresMigrations.Latest:
                    throw new CopyException(
                        $"{address} has the schema of an earlier release. Start this release on it once (backchannel-mcp serve --db {address}), and copy again.");
            }

            return new PostgresCopySource(source, connection, IsServedAt(connection));
        }
        catch
        {
            connection.Dispose();
            source.Dispose();
            throw;
        }
    }

    /// <summary>Whether a bus is connected to the database of a connection.</summary>
    public static bool IsServedAt(PostgresConnection connection) =>
        connection.Send([
            new SqlCommand(
                $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '{PostgresAddress.ApplicationName}%' AND pid <> pg_backend_pid()"),
        ])[0][0, 0].Number > 0;

    public EngineState ReadState() => PostgresSequences.Read(connection);

    public void Dispose()
    {
        connection.Dispose();
        source.Dispose();
    }
}
