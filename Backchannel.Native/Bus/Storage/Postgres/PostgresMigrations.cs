using System.Globalization;
using Backchannel.Native.Text;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Brings a database to the schema of this program, whichever of several processes starts first.</summary>
internal static class PostgresMigrations
{
    /// <summary>The newest schema. Each version has an embedded file.</summary>
    public const int Latest = 3;

    /// <summary>The oldest server that is taken: version 13.</summary>
    private const int OldestServer = 13_00_00;

    /// <summary>Any number that no other program is likely to lock.</summary>
    private const long Lock = 6_274_882_017_443;

    private const string VersionTable = "schema_version";

    private const string OneForTheBus = "Create a database, or a schema with its own search_path, for the bus alone.";

    /// <summary>Tables of a bus whose names other programs use too.</summary>
    private static readonly string[] Tables =
    [
        VersionTable,
        "messages", "channels", "keys", "writer", "processes", "actors", "members", "events", "acks", "archive", "answers", "audit", "invitations", "sessions",
        "settings", "tasks", "attempts", "dependencies", "notes", "files", "uploads",
    ];

    /// <exception cref="NewerDatabaseException">The database was written by a newer program.</exception>
    /// <exception cref="InvalidOperationException">It belongs to another program, or the server cannot hold a bus.</exception>
    public static void Apply(PostgresConnection connection)
    {
        RequireServer(connection);
        connection.Run("BEGIN");
        connection.Run("SET LOCAL lock_timeout = '60s'");
        connection.Run(string.Create(CultureInfo.InvariantCulture, $"SELECT 1 FROM pg_advisory_xact_lock({Lock})"));
        var version = VersionOf(connection);
        if (version > Latest)
        {
            throw new NewerDatabaseException((int)version, Latest, ReleaseOf(connection));
        }

        if (version == Latest)
        {
            connection.Abandon();
            return;
        }

        try
        {
            while (version < Latest)
            {
                version++;
                connection.Execute(Version((int)version));
            }

            connection.Run(string.Create(CultureInfo.InvariantCulture, $"UPDATE {VersionTable} SET version = {Latest}, release = '{ProductVersion.Text}'"));
            connection.Run("COMMIT");
            connection.Send([]);
        }
        catch (StorageException failure) when (failure.State == PostgresErrorCodes.DuplicateTable)
        {
            throw new InvalidOperationException($"The database has a table that belongs to another program: {failure.Message}. {OneForTheBus}");
        }
    }

    /// <summary>Whether the schema in which a bus would be made has tables, other than those of extensions.</summary>
    public static bool HasTables(PostgresConnection connection) => Number(
        connection,
        """
        SELECT count(*) FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        """) > 0;

    private static string Version(int version) =>
        PackedText.Read(string.Create(CultureInfo.InvariantCulture, $"postgres/{version:0000}.sql"));

    private static void RequireServer(PostgresConnection connection)
    {
        if (Number(connection, "SELECT CAST(current_setting('server_version_num') AS bigint)") is var version && version < OldestServer)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"This PostgreSQL has version {version / 10_000}; a bus needs version {OldestServer / 10_000} or newer."));
        }

        if (Number(connection, "SELECT CASE WHEN current_setting('server_encoding') = 'UTF8' THEN 1 ELSE 0 END") == 0)
        {
            throw new InvalidOperationException("The database does not hold UTF-8. Create another one: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.");
        }

        if (Number(connection, "SELECT CASE WHEN current_setting('transaction_read_only') = 'on' THEN 1 ELSE 0 END") == 1)
        {
            throw new InvalidOperationException(
                "This PostgreSQL takes no writes: it is a standby, or its database is set to read only. Name the primary, or all of its hosts (postgres://user@host1,host2/database).");
        }
    }

    /// <returns>0 for a database without a bus.</returns>
    public static long VersionOf(PostgresConnection connection)
    {
        var there = Existing(connection);
        if (there.Contains(VersionTable))
        {
            // Another program's table of this name does not stand beside all the others.
            return there.Count == Tables.Length
                ? Number(connection, $"SELECT max(version) FROM {VersionTable}")
                : throw Foreign(VersionTable);
        }

        return there.Count > 0 ? throw Foreign(there[0]) : 0;
    }

    /// <returns>The release that has upgraded the database; null: it does not say.</returns>
    public static string? ReleaseOf(PostgresConnection connection)
    {
        var rows = connection.Send([new SqlCommand($"SELECT release FROM {VersionTable}")])[0];
        return rows.Count > 0 ? rows.Text(0, 0) : null;
    }

    /// <summary>Asks the catalogue which of the tables are there. It also shows those that the user has no rights on.</summary>
    private static List<string> Existing(PostgresConnection connection)
    {
        var rows = connection.Send([new SqlCommand(
            $"SELECT name FROM unnest(string_to_array('{string.Join(',', Tables)}', ',')) WITH ORDINALITY AS asked (name, place) WHERE to_regclass(name) IS NOT NULL ORDER BY place")])[0];
        return [.. Enumerable.Range(0, rows.Count).Select(row => rows.Text(row, 0))];
    }

    private static InvalidOperationException Foreign(string table) => new($"The database has a table {table} that belongs to another program. {OneForTheBus}");

    private static long Number(PostgresConnection connection, string sql)
    {
        var rows = connection.Send([new SqlCommand(sql)])[0];
        return rows.Count > 0 ? rows[0, 0].Number : 0;
    }
}
