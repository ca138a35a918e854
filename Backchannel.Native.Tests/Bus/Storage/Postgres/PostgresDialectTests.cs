using System.Globalization;
using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

/// <summary>PostgreSQL takes every statement of the stores, and gives values that are read as those of SQLite.</summary>
public sealed partial class PostgresDialectTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [PostgresFact]
    public async Task Every_statement_of_the_stores_is_taken_and_has_values_of_known_types()
    {
        var texts = await TextsAsync();
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        await database.QueryAsync(PackedText.Read("postgres/0001.sql"));

        // Named for its number, so that an error tells which text it is about.
        var script = texts.Select((text, number) => string.Create(CultureInfo.InvariantCulture, $"PREPARE s{number} AS {text};\n{text} \\gdesc\n"));
        await File.WriteAllLinesAsync(folder.File("all.sql"), script);
        var columns = (await server.RunScriptAsync(database.Name, folder.File("all.sql"))).Split('\n').Where(line => line.Contains('|')).ToList();
        var parameters = await ParametersAsync(server, database.Name, texts);

        Assert.NotEmpty(columns);
        Assert.All(columns, column => Assert.Contains(column.Split('|')[^1], (string[])["bigint", "integer", "text", "bytea"]));
        Assert.NotEmpty(parameters);
        Assert.Empty(parameters.Except(["bigint", "text", "bytea"]));
    }

    [PostgresFact]
    public async Task The_schema_has_the_tables_and_columns_of_the_other_engine()
    {
        using var sqlite = BusDatabase.Open(folder.File("bus.db"), TimeProvider.System, static _ => { });
        var expected = DatabaseFile.QueryTexts(
            folder.File("bus.db"),
            """
            SELECT t.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE 'text' END
                || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' NOT NULL' ELSE '' END || coalesce(' ' || c.dflt_value, '')
            FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
            """);
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.QueryAsync(PackedText.Read("postgres/0001.sql"));

        var columns = await database.QueryAsync(
            """
            SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
                || coalesce(' ' || column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN ('writer', 'processes', 'schema_version')
            """);

        Assert.Equal(expected.Order(StringComparer.Ordinal), columns.Split('\n').Order(StringComparer.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private async Task<List<string>> TextsAsync()
    {
        using var sqlite = BusDatabase.Open(folder.File("bus.db"), TimeProvider.System, static _ => { });
        var texts = await StoreCalls.TextsAsync(sqlite);
        Assert.True(texts.Count > 80, $"only {texts.Count} statements were seen");
        return [.. texts.Where(text => Statement().IsMatch(text)).Select(Numbered)];
    }

    private async Task<List<string>> ParametersAsync(PostgresServer server, string database, List<string> texts)
    {
        var file = folder.File("parameters.sql");
        var script = texts.Select((text, number) => string.Create(CultureInfo.InvariantCulture, $"PREPARE s{number} AS {text};"));
        await File.WriteAllLinesAsync(file, [.. script, "SELECT DISTINCT unnest(parameter_types) FROM pg_prepared_statements;"]);
        return [.. (await server.RunScriptAsync(database, file)).Split('\n')];
    }

    private static string Numbered(string text)
    {
        var number = 0;
        return Parameter().Replace(text, match => match.Length > 1 ? $"${match.Value[1..]}" : string.Create(CultureInfo.InvariantCulture, $"${++number}"));
    }

    [GeneratedRegex(@"\?\d*")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")]
    private static partial Regex Statement();
}
