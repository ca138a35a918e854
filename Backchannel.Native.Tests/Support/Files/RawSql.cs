using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>SQL of a test's own on a bus's connection. The product runs SQL through its stores only.</summary>
internal static class RawSql
{
    public static long QueryInteger(this ISqlConnection connection, string sql)
    {
        using var query = connection.Prepare(sql);
        return query.Step() ? query.Integer(0) : 0;
    }

    /// <param name="sql">Statements with <c>;</c> between them, without parameters.</param>
    public static void Execute(this ISqlConnection connection, string sql)
    {
        if (connection is SqliteConnection sqlite)
        {
            sqlite.Execute(sql);
            return;
        }

        foreach (var statement in sql.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            connection.Prepare(statement).Run();
        }
    }
}
