using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Copying;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>What SQLite keeps in <c>sqlite_sequence</c>: the highest keys ever given, deleted rows included.</summary>
internal static class SqliteSequences
{
    /// <summary>The newest time ever given to a row.</summary>
    public const string LastTime =
        """
        SELECT max(
            coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name IN ('messages', 'events')), 0),
            coalesce((SELECT max(created_at) FROM channels WHERE discoverable = 1), 0))
        """;

    /// <summary>The tables whose keys are times.</summary>
    private static readonly string[] Timed = ["messages", "events"];

    public static EngineState Read(SqliteConnection connection)
    {
        var numbers = new Dictionary<string, long>();
        foreach (var table in CopiedTables.All.Where(table => table.IsNumbered))
        {
            using var kept = connection.Prepare("SELECT seq FROM sqlite_sequence WHERE name = ?");
            numbers[table.Name] = Math.Max(connection.QueryInteger(table.LastNumber), kept.Bind(table.Name).Step() ? kept.Integer(0) : 0);
        }

        return new EngineState(connection.QueryInteger(LastTime), numbers);
    }

    /// <summary>Sets all of them.</summary>
    public static void Write(SqliteConnection connection, EngineState state)
    {
        connection.Execute("DELETE FROM sqlite_sequence");
        using var query = connection.Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'");
        foreach (var table in query.All(static row => row.Text(0)))
        {
            connection.Prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)")
                .Bind(table).Bind(Timed.Contains(table) ? state.LastTime : state.LastNumbers.GetValueOrDefault(table)).Run();
        }
    }
}
