using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NpgsqlTypes;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A statement's text for many executions at once.</summary>
internal static partial class BundledText
{
    /// <summary>Writes a statement so that it runs once for each row of values.</summary>
    /// <param name="sql">With parameters as PostgreSQL takes them.</param>
    /// <param name="shape">What it reads and writes.</param>
    /// <param name="types">Of each parameter; <see cref="NpgsqlDbType.Unknown"/>: it is null in all executions.</param>
    /// <returns>Null: it has to run by itself, because it changes rows, or writes and gives rows.</returns>
    public static string? Of(string sql, StatementShape shape, IReadOnlyList<NpgsqlDbType> types)
    {
        if (types.All(static type => type == NpgsqlDbType.Unknown))
        {
            return null;
        }

        if (shape is { GivesRows: true, Writes.Count: 0 })
        {
            return $"SELECT asked.place, answer.* FROM {Asked(types, " WITH ORDINALITY", ", place")} CROSS JOIN LATERAL ({Place(sql, types)}) AS answer";
        }

        return shape is { GivesRows: false, Reads.Count: 0 } && PlainInsert().Match(sql) is { Success: true } insert
            ? $"{insert.Groups["head"].Value} SELECT {Place(insert.Groups["row"].Value, types)} FROM {Asked(types, "", "")}{insert.Groups["tail"].Value}"
            : null;
    }

    /// <summary>The values as a table: a row for each execution, a column for each parameter.</summary>
    private static string Asked(IReadOnlyList<NpgsqlDbType> types, string ordinality, string lastColumn)
    {
        var (arrays, columns) = (new StringBuilder(), new StringBuilder());
        var sent = 0;
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i] != NpgsqlDbType.Unknown)
            {
                var separator = sent++ == 0 ? "" : ", ";
                arrays.Append(CultureInfo.InvariantCulture, $"{separator}CAST(CAST(${sent} AS text) AS {ArrayOf(types[i])})");
                columns.Append(CultureInfo.InvariantCulture, $"{separator}p{i + 1}");
            }
        }

        return $"unnest({arrays}){ordinality} AS asked ({columns}{lastColumn})";
    }

    private static string ArrayOf(NpgsqlDbType type) => type switch
    {
        NpgsqlDbType.Bigint => "bigint[]",
        NpgsqlDbType.Bytea => "bytea[]",
        _ => "text[]",
    };

    /// <summary>Puts that table's columns in place of the parameters.</summary>
    private static string Place(string sql, IReadOnlyList<NpgsqlDbType> types) => Parameter().Replace(sql, match =>
    {
        var number = int.Parse(match.ValueSpan[1..], CultureInfo.InvariantCulture);
        return types[number - 1] == NpgsqlDbType.Unknown ? "NULL" : string.Create(CultureInfo.InvariantCulture, $"asked.p{number}");
    });

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\s*(?<head>INSERT INTO \w+ \([^()]*\))\s*VALUES\s*\((?<row>.*)\)(?<tail>\s*ON CONFLICT DO NOTHING)?\s*$", RegexOptions.Singleline)]
    private static partial Regex PlainInsert();
}
