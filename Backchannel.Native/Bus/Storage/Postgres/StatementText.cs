using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What a statement's text tells, read off it once in a process.</summary>
/// <param name="Sql">With parameters as PostgreSQL takes them.</param>
/// <param name="StrictSql">The same without its last words, ON CONFLICT DO NOTHING; null where it does not end with them.</param>
/// <param name="Shape">What it reads and writes.</param>
internal sealed record StatementText(string Sql, string? StrictSql, StatementShape Shape)
{
    /// <summary>By text. The stores have a few hundred.</summary>
    private static readonly ConcurrentDictionary<string, StatementText> Known = new(StringComparer.Ordinal);

    public static StatementText Of(string sql) => Known.GetOrAdd(sql, static sql =>
    {
        var translated = SqlText.Translate(sql);
        var shape = StatementShape.Of(sql);
        var strict = shape.IsOptionalInsert ? translated[..translated.LastIndexOf("ON CONFLICT", StringComparison.Ordinal)] : null;
        return new StatementText(translated, strict, shape);
    });
}
