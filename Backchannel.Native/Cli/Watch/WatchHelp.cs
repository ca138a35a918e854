using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Cli.Watch;

/// <summary>What the keys and the marks of the screen mean, in lines that fit.</summary>
internal static class WatchHelp
{
    private const string Gap = "  ";
    private const int KeyColumns = 18;

    /// <summary>With fewer columns a meaning stands below its keys: beside them it would be a column of syllables.</summary>
    private const int Narrow = 40;

    private static readonly string[] Bar =
        ["↑↓ move", "Enter open", "Esc back", "a answer", "c cancel", "r reopen", "? help", "q quit"];

    private static readonly string[] BarOfHelp = ["↑↓ more", "Esc back", "q quit"];

    private static readonly (string Keys, string Meaning)[] Meanings =
    [
        ("↑ ↓ k j", "move; Page Up, Page Down, Home and End too"),
        ("Tab", "from the channels to the tasks and back"),
        ("Enter", "open a task; on a channel: show only its tasks"),
        ("Esc ← h", "back"),
        ("a", "answer the open question of the task"),
        ("c", "cancel the task, whoever works on it; asks first"),
        ("r", "reopen a failed task"),
        ("Space", "while the connection is lost: try again at once"),
        ("q Ctrl+C", "quit"),
    ];

    private static readonly string[] Marks =
        ["○ open", "◐ claimed", "? claimed, with an open question", "◌ waiting", "✗ failed", "✓ acknowledged", "− cancelled"];

    /// <summary>The keys in few words.</summary>
    public static IReadOnlyList<string> Keys(int columns) => [.. Joined(Bar, columns)];

    /// <summary>The keys while the help is shown.</summary>
    public static IReadOnlyList<string> KeysOfHelp(int columns) => [.. Joined(BarOfHelp, columns)];

    public static IReadOnlyList<string> Lines(int columns) =>
    [
        "Keys",
        "",
        .. Meanings.SelectMany(pair => columns < Narrow
            ? ShownLines.Of(pair.Meaning, "    ", columns).Prepend($"  {pair.Keys}")
            : Labelled($"  {pair.Keys}".PadRight(KeyColumns), ShownLines.Of(pair.Meaning, "", columns - KeyColumns))),
        "",
        .. columns < Narrow
            ? Marks.SelectMany(mark => ShownLines.Of(mark, "  ", columns)).Prepend("Marks")
            : Labelled("Marks: ", Joined(Marks, columns - "Marks: ".Length)),
        .. ShownLines.Of("DONE counts the tasks acknowledged in 24 hours. WORKERS are those that wait for a task and those that hold one.", "", columns),
    ];

    /// <summary>Lines behind a label, which stands before the first one.</summary>
    private static IEnumerable<string> Labelled(string label, IEnumerable<string> lines) =>
        lines.Select((line, index) => (index == 0 ? label : new string(' ', label.Length)) + line);

    /// <summary>As many parts in a line as fit, each of them whole.</summary>
    private static IEnumerable<string> Joined(IEnumerable<string> parts, int columns)
    {
        var line = "";
        foreach (var part in parts)
        {
            var longer = line.Length == 0 ? part : line + Gap + part;
            if (line.Length > 0 && TextColumns.Of(longer) > columns)
            {
                yield return line;
                longer = part;
            }

            line = longer;
        }

        yield return line;
    }
}
