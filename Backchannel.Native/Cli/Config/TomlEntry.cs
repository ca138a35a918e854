namespace Backchannel.Native.Cli.Config;

/// <summary>A key with its value, by its full name: tables, dotted keys and inline tables are resolved.</summary>
/// <param name="Path">All names from the top of the document.</param>
/// <param name="ValueStart">Where the value starts, in characters.</param>
/// <param name="ValueEnd">Just behind the value.</param>
/// <param name="Table">The table whose lines hold it.</param>
/// <param name="IsInlineTable">Whether the value is <c>{ … }</c>; its members are entries too.</param>
/// <param name="Text">What a value that is a text says; null for other values.</param>
internal sealed record TomlEntry(IReadOnlyList<string> Path, int ValueStart, int ValueEnd, TomlTable Table, bool IsInlineTable, string? Text)
{
    public bool Is(IReadOnlyList<string> path) => Path.SequenceEqual(path);

    public bool IsAtOrUnder(IReadOnlyList<string> path) => Path.Take(path.Count).SequenceEqual(path);
}

/// <summary>A table as a header opens it; the one without a name is the top of the document.</summary>
internal sealed class TomlTable(IReadOnlyList<string> path, bool isArrayElement)
{
    public IReadOnlyList<string> Path { get; } = path;

    public bool IsArrayElement { get; } = isArrayElement;

    public bool IsAtOrUnder(IReadOnlyList<string> path) => Path.Take(path.Count).SequenceEqual(path);

    public bool IsUnder(IReadOnlyList<string> path) => Path.Count > path.Count && IsAtOrUnder(path);

    /// <summary>The end of the last line with something in it, without its line break: where one more key goes.</summary>
    public int End { get; set; }
}
