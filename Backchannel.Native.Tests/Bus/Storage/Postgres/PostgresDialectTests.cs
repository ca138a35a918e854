using System.Globalization;
using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Postgres;
using Npgsql;
using NpgsqlTypes;
using PostgresServer = Backchannel.Native.Tests.Support.Postgres.PostgresServer;

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
        await database.CreateSchemaAsync();

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
    public async Task Every_statement_that_is_bundled_is_taken_in_that_form_too()
    {
        var texts = await TextsAsync();
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        await database.CreateSchemaAsync();
        var file = folder.File("types.sql");
        await File.WriteAllLinesAsync(
            file,
            texts.Select((text, number) => string.Create(CultureInfo.InvariantCulture, $"PREPARE s{number} AS {text};"))
                .Append("SELECT substr(name, 2) || '|' || array_to_string(parameter_types, ',') FROM pg_prepared_statements;"));
        var script = new List<string>();
        var inserts = 0;
        foreach (var line in (await server.RunScriptAsync(database.Name, file)).Split('\n').Select(static line => line.Split('|')))
        {
            var text = texts[int.Parse(line[0], CultureInfo.InvariantCulture)];
            NpgsqlDbType[] types = [.. line[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static type => Enum.Parse<NpgsqlDbType>(type, ignoreCase: true))];

            // As it is while some parameters have been null until now.
            NpgsqlDbType[] fewer = [.. types.Select((type, i) => i == 0 ? type : NpgsqlDbType.Unknown)];
            foreach (var bundled in new[] { types, fewer }.Select(known => BundledText.Of(text, StatementShape.Of(text), known)).OfType<string>())
            {
                inserts += bundled.StartsWith("INSERT", StringComparison.Ordinal) ? 1 : 0;
                script.Add(string.Create(CultureInfo.InvariantCulture, $"PREPARE b{script.Count} AS {bundled};"));
            }
        }

        await File.WriteAllLinesAsync(folder.File("bundled.sql"), script);
        await server.RunScriptAsync(database.Name, folder.File("bundled.sql"));

        Assert.True(script.Count > 80 && inserts > 10, $"only {script.Count} statements can be bundled, of them {inserts} inserts");
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
                AND (t.name NOT LIKE 'words%' OR t.name IN ('words_place', 'words_gone'))
            """);
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.CreateSchemaAsync();

        var columns = await database.QueryAsync(
            """
            SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
                || coalesce(' ' || column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN ('writer', 'processes', 'schema_version', 'words')
            """);

        Assert.Equal(expected.Order(StringComparer.Ordinal), columns.Split('\n').Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// What takes longer the more messages there are: a sort of what a range of them holds, a look at all of them, or one at all of a range for those
    /// of one channel. The statistics are the worst there are: one channel has all messages.
    /// </summary>
    [PostgresFact]
    public async Task No_statement_sorts_or_reads_the_messages_of_a_full_database()
    {
        const int Many = 20_000;
        var texts = await TextsAsync();
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        await database.CreateSchemaAsync();
        foreach (var table in new[] { "messages (created_at, salt, channel, content, expires_at)", "archive (created_at, salt, channel, content, expires_at, archived_at, retracted)" })
        {
            var more = table.StartsWith("archive", StringComparison.Ordinal) ? ", i, 0" : "";
            await database.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {table} SELECT i, 0, 1, 'text', i{more} FROM generate_series(1, {Many}) i"));
        }

        await database.QueryAsync("ANALYZE");
        await using var source = PostgresAddress.Parse(database.Address, PostgresServer.Password).Connect();
        await using var connection = await source.OpenConnectionAsync();
        var faults = new List<string>();
        foreach (var text in texts)
        {
            await RunAsync($"PREPARE s AS {text}");
            var count = Numbers().Matches(text).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
            var steps = await RunAsync(count == 0 ? "EXPLAIN EXECUTE s" : $"EXPLAIN EXECUTE s({string.Join(", ", Enumerable.Repeat("NULL", count))})");
            await RunAsync("DEALLOCATE s");
            if (Reading().IsMatch(string.Join('\n', steps)))
            {
                faults.Add($"{text}\n{string.Join('\n', steps)}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults));

        async Task<List<string>> RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var lines = new List<string>();
            while (await reader.ReadAsync())
            {
                lines.Add(reader.GetString(0));
            }

            return lines;
        }
    }

    [PostgresFact]
    public async Task What_the_sweep_asks_about_dependencies_reads_no_messages_while_there_are_none()
    {
        var text = (await TextsAsync()).Single(static text => text.Contains("FROM dependencies d", StringComparison.Ordinal));
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        await database.CreateSchemaAsync();

        // As a bus finds a new database. Its connection keeps this plan until the server analyzes the table of messages.
        var plan = await database.QueryAsync($"EXPLAIN {text.Replace("$1", "0", StringComparison.Ordinal)}");

        Assert.InRange(plan.IndexOf(" on dependencies", StringComparison.Ordinal), 0, plan.IndexOf(" on messages", StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private async Task<List<string>> TextsAsync()
    {
        using var sqlite = BusDatabase.Open(folder.File("bus.db"), TimeProvider.System, static _ => { });
        var texts = await StoreCalls.TextsAsync(sqlite);
        Assert.True(texts.Count > 80, $"only {texts.Count} statements were seen");
        return [.. texts.Where(text => Statement().IsMatch(text) && !StoreCalls.IsOfOneEngine(text)).Select(Numbered)];
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

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Numbers();

    /// <summary>
    /// A sort of more rows than limits let through, which are taken to be a tenth of a range; a look at all rows of a table with many; or a filter
    /// by channel behind the index of times; or a sort of parts that no limit bounds.
    /// </summary>
    [GeneratedRegex(@"Sort +\(.*\n *Sort Key: .*\n *->  Append .*\n *->  Index.* on (messages|archive)|Sort +\(.*rows=([2-9]\d{3}|\d{5,})|Seq Scan on (messages|archive)|using (messages|archive)_pkey.*\n( *Index Cond:.*\n)? *Filter: .*channel = ")]
    private static partial Regex Reading();

    [GeneratedRegex(@"\?\d*")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")]
    private static partial Regex Statement();
}
