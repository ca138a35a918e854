using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Postgres;
using PostgresServer = Backchannel.Native.Tests.Support.Postgres.PostgresServer;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

/// <summary>Which rows a statement reads and writes is read off its text: rather too many than too few.</summary>
public sealed partial class StatementShapeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("SELECT x FROM t WHERE a = ? AND b > ? AND c = ?", "t[a=0,c=2]")]
    [InlineData("SELECT x FROM t WHERE a = ?2 AND b IS NOT NULL AND c = ?1 ORDER BY d LIMIT ?3", "t[a=1,c=0]")]
    [InlineData("SELECT x FROM t WHERE a = ? OR b = ?", "t[]")]
    [InlineData("SELECT x FROM t WHERE a = ? AND (b = ? OR c = ?)", "t[a=0]")]
    [InlineData("SELECT x FROM t WHERE NOT a = ?", "t[]")]
    [InlineData("SELECT x FROM t WHERE a = ? + 1 AND b <> ? AND lower(c) = ?", "t[]")]
    [InlineData("SELECT x FROM t WHERE 'a = ?' = a AND b = ?", "t[b=0]")]
    [InlineData("SELECT x, CASE WHEN a = ? THEN 1 ELSE 0 END FROM t WHERE b = ?", "t[b=1]")]
    [InlineData("SELECT m.x FROM t m JOIN u ON u.a = m.a AND u.b = ? WHERE m.c = ? AND d = ?", "t[c=1] u[]")]
    [InlineData("SELECT m.x FROM t AS m LEFT JOIN u k ON k.a = m.a WHERE m.c = ? AND k.e = ?", "t[c=0] u[e=1]")]
    [InlineData("SELECT m.x FROM t m CROSS JOIN u WHERE m.a = ?1 UNION ALL SELECT m.x FROM t m, v w WHERE w.b = ?2", "t[a=0] u[] t[] v[b=1]")]
    [InlineData("SELECT x FROM t WHERE a = ? AND EXISTS (SELECT 1 FROM u WHERE b = t.a) AND c IN (SELECT c FROM v WHERE d = ?)", "t[a=0] u[] v[d=1]")]
    [InlineData("SELECT count(*) FROM (SELECT 1 FROM t WHERE a = ? LIMIT ?) AS few", "t[a=0]")]
    [InlineData("SELECT x, (SELECT y FROM u WHERE a = ?1) FROM t WHERE a = ?1 AND b < ?2", "t[a=0] u[a=0]")]
    [InlineData("WITH w AS (SELECT x FROM t WHERE a = ?) SELECT x FROM w", "t[a=0] w[]")]
    [InlineData("SELECT timed_acks FROM channel_counts WHERE channel = ?", "channel_counts[channel=0] channel_counts.timed_acks[]")]
    public void A_query_reads_the_rows_that_its_text_names(string sql, string expected)
    {
        var shape = StatementShape.Of(sql);

        Assert.Equal(Words(expected), shape.Reads.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Empty(shape.Writes);
        Assert.True(shape.GivesRows);
    }

    [Theory]
    [InlineData("INSERT INTO t (a, b, c) VALUES (?, 0, ?)", "t[a=0,c=1]")]
    [InlineData("INSERT INTO t (a, b) VALUES (?, coalesce(?, 1)) RETURNING c", "t[a=0]")]
    [InlineData("INSERT INTO t (a, b) VALUES (?, ?), (?, ?)", "t[]")]
    [InlineData("INSERT INTO t (a, b) SELECT a, ? FROM u WHERE a = ?", "t[]")]
    [InlineData("INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING", "t[a=0,b=1]")]
    [InlineData("INSERT INTO t (a, b, c) VALUES (?1, ?2, ?3) ON CONFLICT (a, b) DO UPDATE SET c = excluded.c WHERE t.c < ?3", "t[a=0,b=1]")]
    [InlineData("UPDATE t SET a = ?, b = b + 1 WHERE c = ? AND a = ?", "t[c=1]")]
    [InlineData("UPDATE t SET a = ?1 WHERE c IN (SELECT c FROM u WHERE d = ?2)", "t[]")]
    [InlineData("DELETE FROM t WHERE a = ? AND b <= ?", "t[a=0]")]
    [InlineData("DELETE FROM t WHERE (a, b) IN (SELECT a, b FROM t WHERE a = ? LIMIT ?)", "t[]")]
    [InlineData("INSERT INTO messages (created_at, channel) VALUES (?, ?)", "messages[channel=1,created_at=0] channel_counts[channel=1]")]
    [InlineData("UPDATE messages SET acked = 1 WHERE created_at = ? AND channel = ?", "messages[channel=1,created_at=0] channel_counts[channel=1]")]
    [InlineData("UPDATE messages SET version = version + 1 WHERE created_at = ?", "messages[created_at=0]")]
    [InlineData("UPDATE messages SET holder = ? WHERE created_at = ?", "messages[created_at=1] channel_counts[]")]
    [InlineData("UPDATE messages SET state = ? WHERE created_at = ?", "messages[created_at=1] dependencies[]")]
    [InlineData("DELETE FROM messages WHERE created_at = ?", "messages[created_at=0] channel_counts[] dependencies[] tasks[] attempts[] notes[] message_files[] words_gone[] traces[]")]
    [InlineData("INSERT INTO acks (message, actor) VALUES (?, ?)", "acks[actor=1,message=0] channel_counts.timed_acks[]")]
    public void A_write_writes_the_rows_that_its_text_names_and_what_triggers_write(string sql, string expected) =>
        Assert.Equal(Words(expected), StatementShape.Of(sql).Writes.Select(Describe).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("INSERT INTO t (a) VALUES (?) ON CONFLICT DO NOTHING", true)]
    [InlineData("INSERT INTO t (a) VALUES (?)", false)]
    [InlineData("INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET a = excluded.a", false)]
    public void An_insert_that_may_find_its_row_there_is_known(string sql, bool expected) => Assert.Equal(expected, StatementShape.Of(sql).IsOptionalInsert);

    [PostgresFact]
    public async Task Every_statement_of_the_stores_names_tables_of_the_schema_and_writes_if_it_says_so()
    {
        using var sqlite = BusDatabase.Open(folder.File("bus.db"), TimeProvider.System, static _ => { });
        var texts = (await StoreCalls.TextsAsync(sqlite)).Where(static text => Statement().IsMatch(text) && !StoreCalls.IsOfOneEngine(text)).ToList();
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.CreateSchemaAsync();
        var columns = (await database.QueryAsync("SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"))
            .Split('\n').ToHashSet();

        Assert.True(texts.Count > 80, $"only {texts.Count} statements were seen");
        Assert.All(texts, text =>
        {
            var shape = StatementShape.Of(text);
            Assert.Equal(Changing().IsMatch(text), shape.Writes.Count > 0);
            Assert.True(shape.Writes.Count > 0 || shape.Reads.Count > 0, text);
            // A table that is not of the schema would be a word taken for one; a column that is not of its table, one of another table.
            var named = shape.Reads.Concat(shape.Writes).Where(rows => !rows.Table.Contains('.') && !IsDefinedBy(text, rows.Table)).ToList();
            Assert.All(named, rows => Assert.Contains(columns, column => column.StartsWith(rows.Table + ".", StringComparison.Ordinal)));
            Assert.All(named, rows => Assert.All(rows.Keys, key => Assert.Contains($"{rows.Table}.{key.Key}", columns)));
        });
    }

    [PostgresFact]
    public async Task What_triggers_write_is_known_and_no_key_of_another_table_changes_rows()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.CreateSchemaAsync();
        var triggers = (await database.QueryAsync(
            """
            SELECT c.relname, CASE WHEN t.tgtype & 4 > 0 THEN 'insert' WHEN t.tgtype & 8 > 0 THEN 'delete' ELSE 'update' END,
                coalesce((SELECT string_agg(a.attname, ',') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr)), ''),
                regexp_replace(p.prosrc, '\s+', ' ', 'g')
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
            """)).Split('\n').Select(static line => line.Split('|', 4)).ToList();

        Assert.Equal(["acks", "archive", "channels", "messages"], triggers.Select(static trigger => trigger[0]).Distinct().Order());
        Assert.All(triggers, static trigger =>
        {
            var (table, verb, column, source) = (trigger[0], trigger[1], trigger[2].Split(',')[0], trigger[3]);
            var written = StatementShape.Of(verb switch
            {
                "insert" => $"INSERT INTO {table} (x) VALUES (?)",
                "delete" => $"DELETE FROM {table} WHERE x = ?",
                _ => $"UPDATE {table} SET {column} = ? WHERE x = ?",
            }).Writes.Select(static rows => rows.Table).ToHashSet();
            Assert.All(Written().Matches(source), match => Assert.Contains(
                match.Groups[1].Value == "channel_counts" && table == "acks" ? "channel_counts.timed_acks" : match.Groups[1].Value, written));
        });
        Assert.Equal("0", await database.QueryAsync("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN ('a', 'r'))"));
        Assert.Equal("0", await database.QueryAsync(
            "SELECT count(*) FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation WHERE NOT c.collisdeterministic"));
    }

    [Fact]
    public void An_answer_holds_while_only_other_rows_are_written()
    {
        var read = StatementShape.Of("SELECT x FROM t WHERE a = ? AND b = ?").Reads;
        SqlValue[] asked = [SqlValue.Of(1), SqlValue.Of(2)];
        var written = new WrittenRows();
        written.Add(StatementShape.Of("UPDATE u SET x = 1 WHERE a = ?").Writes, [SqlValue.Of(1)]);
        written.Add(StatementShape.Of("UPDATE t SET x = 1 WHERE a = ?").Writes, [SqlValue.Of(7)]);
        written.Add(StatementShape.Of("INSERT INTO t (a, b) VALUES (?, ?)").Writes, [SqlValue.Of(8), SqlValue.Of(2)]);
        var others = written.MayTouch(read, asked);
        // Each of two writes has another value in one of the columns, but neither column has another value in both.
        written.Add(StatementShape.Of("DELETE FROM t WHERE b = ?").Writes, [SqlValue.Of(3)]);

        Assert.False(others);
        Assert.True(written.MayTouch(read, asked));
        written.Clear();
        Assert.False(written.MayTouch(read, asked));
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Whether the statement itself says what rows a table has.</summary>
    private static bool IsDefinedBy(string text, string table) => Regex.IsMatch(text, $@"\b{table}(?: \([^()]*\))? AS \(");

    private static IEnumerable<string> Words(string text) => text.Split(' ').Order(StringComparer.Ordinal);

    private static string Describe(RowSet rows) =>
        $"{rows.Table}[{string.Join(',', rows.Keys.OrderBy(static key => key.Key, StringComparer.Ordinal).Select(static key => $"{key.Key}={key.Value}"))}]";

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")]
    private static partial Regex Statement();

    [GeneratedRegex(@"\b(INSERT INTO|DELETE FROM)\b|^\s*UPDATE\b")]
    private static partial Regex Changing();

    [GeneratedRegex(@"\b(?:INSERT INTO|DELETE FROM|UPDATE) (\w+)")]
    private static partial Regex Written();
}
