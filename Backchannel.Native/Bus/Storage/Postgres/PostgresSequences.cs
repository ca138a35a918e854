using System.Globalization;
using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What a database keeps beside its rows: the writer's newest time, and the sequences that give numbers.</summary>
internal static class PostgresSequences
{
    public static EngineState Read(PostgresConnection connection)
    {
        var numbers = new Dictionary<string, long>();
        foreach (var table in Numbered)
        {
            numbers[table] = Number(connection, $"SELECT coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('{table}', 'number') AS regclass)), 0)");
        }

        return new EngineState(Number(connection, "SELECT last FROM writer"), numbers);
    }

    /// <summary>Sets all of them.</summary>
    public static void Write(PostgresConnection connection, EngineState state)
    {
        foreach (var (table, last) in state.LastNumbers.Where(static entry => entry.Value > 0))
        {
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"SELECT setval(CAST(pg_get_serial_sequence('{table}', 'number') AS regclass), {last})"));
        }

        connection.Run(string.Create(CultureInfo.InvariantCulture, $"UPDATE writer SET last = {state.LastTime}, process = 'copy'"));
    }

    private static IEnumerable<string> Numbered => CopiedTables.All.Where(static table => table.IsNumbered).Select(static table => table.Name);

    private static long Number(PostgresConnection connection, string sql) => connection.Send([new SqlCommand(sql)])[0][0, 0].Number;
}
