using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Backchannel.Native.Cli.Config;

/// <summary>Where keys, values and tables stand in a TOML text.</summary>
internal sealed class TomlDocument
{
    private TomlDocument(DocumentSyntax syntax)
    {
        AddTable(new([], isArrayElement: false), syntax.KeyValues);
        foreach (var table in syntax.Tables)
        {
            AddTable(new(PathOf(table.Name!), table is TableArraySyntax) { End = EndOf(table.CloseBracket!) }, table.Items);
        }
    }

    public List<TomlTable> Tables { get; } = [];

    public List<TomlEntry> Entries { get; } = [];

    /// <exception cref="FormatException">It is not TOML; the message names line and column.</exception>
    public static TomlDocument Parse(string text)
    {
        var syntax = SyntaxParser.Parse(text);
        if (syntax.HasErrors && syntax.Diagnostics.First(diagnostic => diagnostic.Kind == DiagnosticMessageKind.Error) is { } error)
        {
            // The library's own words quote the file, in which other servers' keys stand.
            throw new FormatException(
                $"line {error.Span.Start.Line + 1}, column {error.Span.Start.Column + 1} is not TOML: there is a syntax error, or a name that is defined twice");
        }

        return new(syntax);
    }

    private void AddTable(TomlTable table, SyntaxList<KeyValueSyntax> entries)
    {
        Tables.Add(table);
        foreach (var entry in entries)
        {
            AddEntry(table, table.Path, entry);
            table.End = EndOf(entry.Value!);
        }
    }

    private void AddEntry(TomlTable table, IReadOnlyList<string> parent, KeyValueSyntax entry)
    {
        IReadOnlyList<string> path = [.. parent, .. PathOf(entry.Key!)];
        var value = entry.Value!;
        Entries.Add(new(path, value.Span.Start.Offset, EndOf(value), table, value is InlineTableSyntax, (value as StringValueSyntax)?.Value));
        AddEntriesIn(table, path, value);
    }

    private void AddEntriesIn(TomlTable table, IReadOnlyList<string> path, ValueSyntax value)
    {
        foreach (var member in value is InlineTableSyntax inline ? inline.Items : [])
        {
            AddEntry(table, path, member.KeyValue!);
        }

        // An element of an array has no name, so its position stands in; no lookup uses it.
        foreach (var element in value is ArraySyntax array ? array.Items : [])
        {
            AddEntriesIn(table, [.. path, $"[{element.Span.Start.Offset}]"], element.Value!);
        }
    }

    private static string[] PathOf(KeySyntax key) => [NameOf(key.Key!), .. key.DotKeys.Select(part => NameOf(part.Key!))];

    private static string NameOf(BareKeyOrStringValueSyntax key) =>
        key is StringValueSyntax quoted ? quoted.Value! : ((BareKeySyntax)key).Key!.Text!;

    /// <summary>Just behind the last character; the library's spans end on it.</summary>
    private static int EndOf(SyntaxNode node) => node.Span.End.Offset + 1;
}
