using System.Text;

namespace Backchannel.Native.Cli.Views;

/// <summary>A table of texts. Columns are as wide as they need to be; the last one takes what is left of the terminal.</summary>
/// <param name="columns">Null: nothing is cut.</param>
internal sealed class TextTable(int? columns, params TextTable.Column[] shown)
{
    private const string Gap = "  ";

    /// <summary>What the last column gets before the others get what they need.</summary>
    private const int LeastOfLast = 30;

    /// <summary>A column that is made narrower keeps this much.</summary>
    private const int Narrowest = 8;

    private readonly List<string[]> rows = [];

    /// <param name="Most">Columns of the terminal that it takes at most.</param>
    /// <param name="IsNumber">Whether it is set to the right.</param>
    public sealed record Column(string Title, int Most = 40, bool IsNumber = false);

    public int Count => rows.Count;

    /// <summary>Adds a row. What its cells hold is made safe to show.</summary>
    public void Add(params string[] cells) => rows.Add([.. cells.Select(ShownLines.One)]);

    /// <summary>The titles, then the rows.</summary>
    public IReadOnlyList<string> Lines()
    {
        string[] titles = [.. shown.Select(static column => column.Title)];
        int[] widths = [.. shown.Select((column, index) => Width(column, rows.Prepend(titles).Max(row => TextColumns.Of(row[index]))))];
        Fit(widths);
        return [.. rows.Prepend(titles).Select(row => Line(row, widths))];
    }

    private int Width(Column column, int needed) => columns is null ? needed : Math.Min(column.Most, needed);

    /// <summary>Makes the widest columns narrower until the last one has room too.</summary>
    private void Fit(int[] widths)
    {
        var others = widths.AsSpan(0, widths.Length - 1);
        while (columns is { } most && Sum(others) + (Gap.Length * others.Length) + Math.Min(LeastOfLast, widths[^1]) > most)
        {
            var widest = others.IndexOf(widths[..^1].Max());
            if (others[widest] <= Narrowest)
            {
                return;
            }

            others[widest]--;
        }
    }

    private static int Sum(ReadOnlySpan<int> widths)
    {
        var sum = 0;
        foreach (var width in widths)
        {
            sum += width;
        }

        return sum;
    }

    private string Line(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (var index = 0; index < row.Length - 1; index++)
        {
            var cell = TextColumns.Cut(row[index], widths[index]);
            var blanks = new string(' ', widths[index] - TextColumns.Of(cell));
            line.Append(shown[index].IsNumber ? blanks + cell : cell + blanks).Append(Gap);
        }

        var text = line.Append(row[^1]).ToString().TrimEnd();
        return columns is { } most ? TextColumns.Cut(text, most) : text;
    }
}
