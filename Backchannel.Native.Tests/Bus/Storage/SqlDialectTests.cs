using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Copying;

namespace Backchannel.Native.Tests.Bus.Storage;

/// <summary>The stores speak SQL that other engines understand too.</summary>
public sealed partial class SqlDialectTests : IDisposable
{
    /// <summary>Forms that only SQLite takes, and the common one.</summary>
    private static readonly (Regex Form, string Instead)[] Forms =
    [
        (Or(), "ON CONFLICT"),
        (Function(), "coalesce, sum, or a value that the program computes"),
        (ScalarExtreme(), "CASE"),
        (Hint(), "a plus before the column that must not choose the index"),
        (HiddenTable(), "a table of the schema"),
        (Is(), "=, or IS NULL"),
        (BareUpsert(), "the table's name before the column"),
        (Operator(), "=, AND, ? and LIKE"),
        (Quote(), "'text' and plain names"),
        (Offset(), "LIMIT ? OFFSET ?"),
    ];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task No_statement_of_the_stores_has_a_form_that_only_sqlite_knows()
    {
        using var database = BusDatabase.Open(folder.File("bus.db"), TimeProvider.System, static _ => { });

        var texts = await StoreCalls.TextsAsync(database);

        Assert.True(texts.Count > 80, $"only {texts.Count} statements were seen");
        Assert.Empty(texts.Where(text => !StoreCalls.IsOfOneEngine(text)).SelectMany(text => Offences(text).Select(offence => $"{offence}: {text}")));
    }

    [Fact]
    public void No_statement_of_a_copy_has_such_a_form()
    {
        var texts = CopiedTables.All.SelectMany(table => new[] { table.FirstPage, table.NextPage, table.CountRows, table.AnyRow, table.Insert, table.LastNumber });

        Assert.Empty(texts.SelectMany(text => Offences(text).Select(offence => $"{offence}: {text}")));
    }

    [Theory]
    [InlineData("INSERT OR IGNORE INTO t (a) VALUES (?)")]
    [InlineData("REPLACE INTO t (a) VALUES (?)")]
    [InlineData("SELECT total(a) FROM t")]
    [InlineData("SELECT ifnull(a, 0) FROM t")]
    [InlineData("SELECT a FROM t WHERE b > unixepoch('now')")]
    [InlineData("INSERT INTO t (a) VALUES (max(?1, (SELECT coalesce(max(a) + 1, 0) FROM t)))")]
    [InlineData("SELECT a FROM t INDEXED BY i WHERE b = ?")]
    [InlineData("SELECT rowid FROM t")]
    [InlineData("SELECT name FROM sqlite_schema")]
    [InlineData("PRAGMA page_count")]
    [InlineData("SELECT a FROM t WHERE b IS ?")]
    [InlineData("INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE b <= ?")]
    [InlineData("SELECT a FROM t WHERE b == ?")]
    [InlineData("SELECT a FROM t WHERE b GLOB ?")]
    [InlineData("SELECT [a] FROM t")]
    [InlineData("SELECT a FROM t WHERE b = \"text\"")]
    [InlineData("SELECT a FROM t LIMIT ?, ?")]
    [InlineData("SELECT count(*) FROM (SELECT 1 FROM t LIMIT (SELECT max(a) FROM t))")]
    [InlineData("SELECT a FROM t WHERE b = ?1 AND c = ?")]
    public void A_form_that_only_sqlite_knows_is_found(string text) => Assert.NotEmpty(Offences(text));

    [Theory]
    [InlineData("SELECT min(a), coalesce(sum(b), 0) FROM (SELECT a, b FROM t WHERE c IS NOT NULL LIMIT ?) AS few WHERE +a > ?")]
    [InlineData("INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.b <= ? RETURNING 1")]
    [InlineData("DELETE FROM t WHERE (a, b) IN (SELECT a, b FROM t ORDER BY a LIMIT ?)")]
    public void A_common_form_is_not_found(string text) => Assert.Empty(Offences(text));

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Offences(string text)
    {
        foreach (var (form, instead) in Forms)
        {
            if (form.Match(text) is { Success: true } match)
            {
                yield return $"'{match.Value}' (instead: {instead})";
            }
        }

        if (HasNamelessTable(text))
        {
            yield return "a subquery in FROM without a name";
        }

        if (text.Contains("?1", StringComparison.Ordinal) && Placeholder().IsMatch(text))
        {
            yield return "numbered and plain parameters in one statement";
        }
    }

    private static bool HasNamelessTable(string text)
    {
        foreach (Match table in Table().Matches(text))
        {
            var (at, depth) = (table.Index + table.Length, 1);
            for (; depth > 0; at++)
            {
                depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
            }

            if (!Name().IsMatch(text[at..]))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"\b(INSERT|UPDATE) OR \w+|^REPLACE\b")]
    private static partial Regex Or();

    [GeneratedRegex(@"\b(total|ifnull|iif|group_concat|unixepoch|julianday|strftime|datetime|typeof|printf|instr|hex|randomblob|changes|last_insert_rowid|json\w*)\(")]
    private static partial Regex Function();

    [GeneratedRegex(@"\b(min|max)\((?:[^(),]|\([^()]*\))*,")]
    private static partial Regex ScalarExtreme();

    [GeneratedRegex(@"\b(NOT )?INDEXED\b")]
    private static partial Regex Hint();

    [GeneratedRegex(@"\b(rowid|sqlite_\w+|PRAGMA)\b")]
    private static partial Regex HiddenTable();

    [GeneratedRegex(@"\bIS (?!NULL|NOT NULL)\S+( \S+)?")]
    private static partial Regex Is();

    [GeneratedRegex(@"\bDO UPDATE SET\b[^;]*\bWHERE (?:.* (?:AND|OR) )?(?!excluded\.)\w+ [<>=]")]
    private static partial Regex BareUpsert();

    [GeneratedRegex(@"==|&&|\bGLOB\b|\bREGEXP\b|\bMATCH\b")]
    private static partial Regex Operator();

    [GeneratedRegex("[\\[\\]`\"]")]
    private static partial Regex Quote();

    [GeneratedRegex(@"\bLIMIT \S+,")]
    private static partial Regex Offset();

    [GeneratedRegex(@"\b(FROM|JOIN)\s*\(")]
    private static partial Regex Table();

    [GeneratedRegex(@"^\s+(AS\s+)?(?!WHERE|ORDER|GROUP|LIMIT|ON|JOIN|UNION)\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\?(?!\d)")]
    private static partial Regex Placeholder();
}
