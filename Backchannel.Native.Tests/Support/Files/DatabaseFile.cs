using System.Globalization;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Reads a bus's database file while no bus has it open, or its database in the PostgreSQL server of the run.</summary>
internal static class DatabaseFile
{
    /// <returns><c>ok</c>, or what SQLite's own check found.</returns>
    public static string CheckIntegrity(string path)
    {
        using var connection = Open(path);
        using var check = connection.Prepare("PRAGMA integrity_check");
        return check.Step() ? check.Text(0) : "no answer";
    }

    public static long QueryInteger(string path, string sql)
    {
        if (IsPostgres(path))
        {
            return long.Parse(Query(path, sql), CultureInfo.InvariantCulture);
        }

        using var connection = Open(path);
        return connection.QueryInteger(sql);
    }

    public static void Execute(string path, string sql)
    {
        if (IsPostgres(path))
        {
            Query(path, sql);
            return;
        }

        using var connection = Open(path);
        connection.Execute(sql);
    }

    /// <summary>The first column of every row.</summary>
    public static List<string> QueryTexts(string path, string sql)
    {
        if (IsPostgres(path))
        {
            return [.. Query(path, sql).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('|')[0])];
        }

        using var connection = Open(path);
        using var query = connection.Prepare(sql);
        var texts = new List<string>();
        while (query.Step())
        {
            texts.Add(query.Text(0));
        }

        return texts;
    }

    private static bool IsPostgres(string path) => path.StartsWith("postgres://", StringComparison.Ordinal);

    private static string Query(string address, string sql) =>
        Task.Run(async () => await (await PostgresServer.SharedAsync()).QueryAsync(address.Split('/', '?')[3], sql)).GetAwaiter().GetResult();

    private static SqliteConnection Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        return SqliteConnection.Open(path, create: false);
    }
}
