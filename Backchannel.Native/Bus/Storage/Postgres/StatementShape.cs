using System.Text.RegularExpressions;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Which tables a statement reads or writes, and which of their rows at most. Read off its text.</summary>
/// <remarks>
/// A batch reads ahead what its writes will ask. An answer may be used only while nothing has been written to the rows that it speaks of. Where the
/// text does not tell which rows these are, it is all rows of the table.
/// </remarks>
/// <param name="Reads">Each table that it reads, as often as it does.</param>
/// <param name="Writes">The table that it writes, and those that triggers write with it; empty for a query.</param>
internal sealed partial record StatementShape(IReadOnlyList<RowSet> Reads, IReadOnlyList<RowSet> Writes)
{
    /// <summary>Whether it answers with rows.</summary>
    public bool GivesRows { get; init; }

    /// <summary>Whether each execution writes one row, or none because it is there.</summary>
    public bool IsOptionalInsert { get; init; }

    /// <summary>Whether it matters which of the two runs first.</summary>
    public bool Touches(StatementShape other) => IsRead(other.Reads, Writes) || IsRead(Reads, other.Writes) || IsRead(Writes, other.Writes);

    public static StatementShape Of(string sql)
    {
        var tokens = Tokens(sql);
        var assigned = ShapeReader.Assigned(tokens).ToHashSet();
        var shape = new StatementShape(
            [.. ShapeReader.Scopes(tokens).SelectMany(ShapeReader.Reads), .. TriggerEffects.ReadBy(tokens)],
            [.. ShapeReader.Writes(tokens).SelectMany(rows => TriggerEffects.With(rows, tokens[0].Text, assigned))]);
        return shape with
        {
            GivesRows = tokens[0].Text is "select" or "with" || tokens.Exists(static token => token.Text == "returning"),
            IsOptionalInsert = tokens is [{ Text: "insert" }, ..] && sql.TrimEnd().EndsWith("ON CONFLICT DO NOTHING", StringComparison.Ordinal),
        };
    }

    private static bool IsRead(IReadOnlyList<RowSet> read, IReadOnlyList<RowSet> written) =>
        read.Any(rows => written.Any(others => others.Table == rows.Table));

    private static List<SqlToken> Tokens(string sql)
    {
        var tokens = new List<SqlToken>();
        var parameters = 0;
        foreach (Match match in TokenPattern().Matches(sql))
        {
            var text = match.Value.ToLowerInvariant();
            var parameter = text[0] != '?' ? (int?)null : text.Length > 1 ? int.Parse(text.AsSpan(1)) - 1 : parameters++;
            tokens.Add(new SqlToken(text, parameter));
        }

        return tokens;
    }

    [GeneratedRegex(@"'(?:[^']|'')*'|\?\d*|[A-Za-z_][A-Za-z_0-9]*|\d+|<>|<=|>=|\S")]
    private static partial Regex TokenPattern();
}
