namespace Backchannel.Native.Cli.Config;

/// <summary>TOML, edited as text so that comments, order and layout stay.</summary>
internal sealed class TomlFormat : ConfigFormat
{
    public override string Render(IReadOnlyList<string> path, ConfigValue value) => Table(path, MembersOf(value), "\n");

    public override string Merge(string text, IReadOnlyList<string> path, ConfigValue value)
    {
        var document = TomlDocument.Parse(text);
        RefuseArrays(document, path);
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var separator = text.Length == 0 ? "" : text.EndsWith('\n') ? newLine : newLine + newLine;
        var isOpened = document.Tables.Any(table => table.Path.SequenceEqual(path));
        var hasTableBelow = document.Tables.Any(table => table.IsUnder(path));
        if (!isOpened && !hasTableBelow && !document.Entries.Any(entry => entry.IsAtOrUnder(path)))
        {
            RefuseInline(document, path);
            return text + separator + Table(path, MembersOf(value), newLine);
        }

        if (!isOpened && hasTableBelow && !document.Entries.Any(entry => entry.IsAtOrUnder(path) && !entry.Table.IsUnder(path)))
        {
            // TOML allows the header of a table after those of its subtables; their keys stay with them.
            text = text + separator + TomlSpelling.Header(path) + newLine;
        }

        return Set(text, path, value, newLine);
    }

    public override void Validate(string text) => TomlDocument.Parse(text);

    public override bool Has(string text, IReadOnlyList<string> path)
    {
        var document = TomlDocument.Parse(text);
        return document.Entries.Any(entry => entry.IsAtOrUnder(path)) || document.Tables.Any(table => table.Path.SequenceEqual(path));
    }

    public override bool HasMembers(string text, IReadOnlyList<string> path)
    {
        var document = TomlDocument.Parse(text);
        return document.Tables.Any(table => table.Path.SequenceEqual(path))
            || document.Entries.Any(entry => entry.IsAtOrUnder(path) && (entry.Path.Count > path.Count || entry.IsInlineTable));
    }

    public override IReadOnlyList<string> Names(string text, IReadOnlyList<string> path)
    {
        var document = TomlDocument.Parse(text);
        return [.. document.Tables.Select(static table => table.Path).Concat(document.Entries.Select(static entry => entry.Path))
            .Where(found => found.Count > path.Count && found.Take(path.Count).SequenceEqual(path))
            .Select(found => found[path.Count])
            .Distinct()];
    }

    public override string? TextAt(string text, IReadOnlyList<string> path) =>
        TomlDocument.Parse(text).Entries.LastOrDefault(entry => entry.Is(path))?.Text;

    protected override string Remove(string text, IReadOnlyList<string> path)
    {
        var document = TomlDocument.Parse(text);
        if (document.Entries.LastOrDefault(entry => entry.Is(path)) is not { } entry)
        {
            return text;
        }

        if (document.Entries.LastOrDefault(other => other.Is([.. path.SkipLast(1)])) is { IsInlineTable: true } inline)
        {
            // The entry before it in the same braces; the comma between them goes, too.
            return document.Entries.LastOrDefault(other => other.Path.Count == path.Count && other.Path.SkipLast(1).SequenceEqual(inline.Path) && other.ValueEnd < entry.ValueStart) is { } before
                ? Apply(text, new TextEdit(before.ValueEnd, entry.ValueEnd, ""))
                : throw new FormatException($"'{string.Join(".", path)}' stands first between braces, which this command does not edit; delete it by hand");
        }

        // With the line break in front, since that came with it.
        var lineStart = text.LastIndexOf('\n', entry.ValueStart);
        var lineEnd = text.IndexOf('\n', entry.ValueEnd) is >= 0 and var found ? found : text.Length;
        var (start, end) = lineStart < 0 ? (0, Math.Min(lineEnd + 1, text.Length)) : (lineStart, lineEnd);
        return Apply(text, new TextEdit(start > 0 && text[start - 1] == '\r' ? start - 1 : start, end > start && text[end - 1] == '\r' ? end - 1 : end, ""));
    }

    private static string Set(string text, IReadOnlyList<string> path, ConfigValue value, string newLine)
    {
        var document = TomlDocument.Parse(text);
        var entry = document.Entries.LastOrDefault(entry => entry.Is(path));
        var isTable = document.Tables.Any(table => table.Path.SequenceEqual(path))
            || document.Entries.Any(other => other.Path.Count > path.Count && other.IsAtOrUnder(path));
        if (value is ConfigValue.Members members && (isTable || entry is { IsInlineTable: true }))
        {
            return members.Values.Aggregate(text, (edited, member) => Set(edited, [.. path, member.Key], member.Value, newLine));
        }

        if (isTable && entry is null)
        {
            throw new FormatException($"{TomlSpelling.Header(path)} is a table where a value belongs");
        }

        var wanted = TomlSpelling.Value(value);
        if (entry is null)
        {
            return Add(text, document, path, value, newLine);
        }

        return Satisfies(text[entry.ValueStart..entry.ValueEnd], value) || Says(text[entry.ValueStart..entry.ValueEnd], wanted, value)
            ? text
            : Apply(text, new TextEdit(entry.ValueStart, entry.ValueEnd, wanted));
    }

    private static string Add(string text, TomlDocument document, IReadOnlyList<string> path, ConfigValue value, string newLine)
    {
        IReadOnlyList<string> parent = [.. path.SkipLast(1)];
        var line = TomlSpelling.Line(path[^1], value);
        if (document.Entries.LastOrDefault(entry => entry.Is(parent)) is { IsInlineTable: true } inline)
        {
            var content = text[(inline.ValueStart + 1)..(inline.ValueEnd - 1)].TrimEnd();
            var place = inline.ValueStart + 1 + content.Length;
            return content.Length == 0 || content.EndsWith(',')
                ? Apply(text, new TextEdit(place, inline.ValueEnd - 1, $" {line} "))
                : Apply(text, new TextEdit(place, place, $", {line}"));
        }

        var table = document.Tables.LastOrDefault(table => table.Path.SequenceEqual(parent))
            ?? throw new FormatException(
                $"{string.Join(".", parent)} is written in a way that this command does not edit; add '{line}' by hand");
        // Behind the comment of the line, if it has one.
        var lineEnd = text.IndexOf('\n', table.End) is >= 0 and var found ? found : text.Length;
        var end = lineEnd > 0 && lineEnd < text.Length && text[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        return Apply(text, new TextEdit(end, end, newLine + line));
    }

    /// <summary>Refuses a path that leads to or through an array of tables: it does not name one table.</summary>
    private static void RefuseArrays(TomlDocument document, IReadOnlyList<string> path)
    {
        if (document.Tables.FirstOrDefault(table => table.IsArrayElement
            && (table.IsAtOrUnder(path) || path.Take(table.Path.Count).SequenceEqual(table.Path))) is { } array)
        {
            throw new FormatException($"[{TomlSpelling.Header(array.Path)}] is an array of tables, which this command does not edit");
        }
    }

    private static void RefuseInline(TomlDocument document, IReadOnlyList<string> path)
    {
        if (document.Entries.FirstOrDefault(entry => path.Take(entry.Path.Count).SequenceEqual(entry.Path)) is { } closed)
        {
            throw new FormatException($"'{string.Join(".", closed.Path)}' is a value on one line, to which no table can be added");
        }
    }

    private static string Table(IReadOnlyList<string> path, ConfigValue.Members members, string newLine) =>
        string.Concat(members.Values.Select(member => TomlSpelling.Line(member.Key, member.Value)).Prepend(TomlSpelling.Header(path))
            .Select(line => line + newLine));

    private static ConfigValue.Members MembersOf(ConfigValue value) =>
        value as ConfigValue.Members ?? throw new ArgumentException("a table is made of members", nameof(value));

    /// <summary>Whether a value equals the wanted one, whatever its quotes and blanks.</summary>
    private static bool Says(string existing, string wanted, ConfigValue value) => value switch
    {
        ConfigValue.Text text => existing == wanted
            || (existing.Length > 1 && existing[0] is '"' or '\'' && existing[1..^1] == text.Value && !text.Value.Contains('\\')),
        ConfigValue.Words { Values.Count: 0 } => existing.Replace(" ", "", StringComparison.Ordinal) == wanted,
        _ => existing == wanted,
    };
}
