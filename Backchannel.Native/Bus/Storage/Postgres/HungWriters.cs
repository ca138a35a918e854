namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Ends writers of other processes that hold the turn and send nothing more.</summary>
/// <remarks>
/// The server itself ends one that is idle in its transaction. It has no such limit for one that was cut off, or frozen, in the middle of what it
/// sends: that one would keep the turn until the network reports it, which can take hours.
/// </remarks>
internal static class HungWriters
{
    /// <summary>Waits for its client, in a transaction that began long ago and has locked a row of the writer's table. What it did not commit is undone.</summary>
    private const string EndThem =
        """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND application_name = 'backchannel-mcp' AND wait_event = 'ClientRead'
            AND xact_start < clock_timestamp() - interval '5 seconds'
            AND pid IN (SELECT l.pid FROM pg_locks l WHERE l.relation = to_regclass('writer') AND l.granted)
        """;

    /// <summary>Failure changes nothing: the next writer that waits in vain tries again.</summary>
    public static void End(PostgresServer server)
    {
        try
        {
            using var connection = new PostgresConnection(server.Source);
            connection.Open();
            connection.Send([new SqlCommand(EndThem)]);
        }
        catch (StorageException)
        {
        }
    }
}
