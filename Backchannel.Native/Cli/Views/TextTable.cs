using System.Text;

namespace Backchannel.Native.Cli.Views;

/// <summary>A table of texts. Columns are as wide as they need to be; the last one takes what is left of the terminal.</summary>
/// <remarks>
/// Where there is no room for all, free text is cut first, then long names. Then whole columns are left out, as their order says:
/// half a word of ours ("ackno…", "5 min a…") would tell less than none.
/// </remarks>
/// <param name="columns">Null: nothing is cut.</param>
internal sealed class TextTable(int? columns, params TextTable.Column[] shown)
{
    private const string Gap = "  ";

    /// <summary>For a free text longer names are cut until it has this much.</summary>
    private const int WantedOfText = 30;

    /// <summary>Less of a free text than this tells nothing: a column is left out for it.</summary>
    private const int LeastOfText = 20;

    private const int MostOfName = 24;

    /// <summary>A name keeps this much while there is a column that can be left out. In 100 columns a table of tasks then keeps all of its own.</summary>
    private const int LeastOfName = 18;

    /// <summary>A name keeps this much in any terminal.</summary>
    private const int Narrowest = 8;

    private readonly List<string[]> rows = [];

    public enum Kind
    {
        /// <summary>Words of ours, times and numbers: never cut.</summary>
        Words,

        /// <summary>A name that others gave: its ends, which are what names differ in, stay.</summary>
        Name,

        /// <summary>Free text.</summary>
        Text,
    }

    /// <param name="LeftOut">When it is left out where there is no room: 1 goes first; 0: never. The last column always stays.</param>
    /// <param name="IsNumber">Whether it is set to the right.</param>
    public sealed record Column(string Title, Kind Kind = Kind.Words, int LeftOut = 0, bool IsNumber = false);

    public int Count => rows.Count;

    /// <summary>Whether all columns are shown, and no name is cut that could be shown whole elsewhere.</summary>
    public bool HasRoom => Missing(Places(), Needed(), WantedOfText) <= 0;

    /// <summary>Adds a row. What its cells hold is made safe to show.</summary>
    public void Add(params string[] cells) => rows.Add([.. cells.Select(ShownLines.One)]);

    /// <summary>The titles, then the rows.</summary>
    public IReadOnlyList<string> Lines()
    {
        var needed = Needed();
        var places = Places();
        var widths = Narrowed(places, needed, LeastOfName, WantedOfText);
        foreach (var least in Places().Where(place => shown[place].LeftOut > 0).OrderBy(place => shown[place].LeftOut))
        {
            if (Missing(places, widths, LeastOfText) <= 0)
            {
                break;
            }

            places.Remove(least);
            widths = Narrowed(places, needed, LeastOfName, WantedOfText);
        }

        widths = Narrowed(places, widths, Narrowest, LeastOfText);
        return [.. rows.Prepend(Titles()).Select(row => Line(row, places, widths))];
    }

    private string[] Titles() => [.. shown.Select(static column => column.Title)];

    private List<int> Places() => [.. Enumerable.Range(0, shown.Length)];

    private int[] Needed() => [.. shown.Select((column, place) => Needed(column, rows.Prepend(Titles()).Max(row => TextColumns.Of(row[place]))))];

    private int Needed(Column column, int widest) => columns is null || column.Kind != Kind.Name ? widest : Math.Min(MostOfName, widest);

    /// <summary>How many columns more the terminal would have to have; negative: fewer would do.</summary>
    /// <param name="ofText">What the last column gets of them at least, where it is free text.</param>
    private int Missing(List<int> places, int[] widths, int ofText)
    {
        var last = shown[^1].Kind == Kind.Text ? Math.Min(ofText, widths[^1]) : widths[^1];
        return columns is { } most ? places.SkipLast(1).Sum(place => widths[place] + Gap.Length) + last - most : 0;
    }

    /// <summary>Makes the longest names narrower until the last column has room.</summary>
    private int[] Narrowed(List<int> places, int[] widths, int least, int ofText)
    {
        int[] narrowed = [.. widths];
        List<int> names = [.. places.SkipLast(1).Where(place => shown[place].Kind == Kind.Name)];
        while (names.Count > 0 && Missing(places, narrowed, ofText) > 0 && names.MaxBy(place => narrowed[place]) is var widest && narrowed[widest] > least)
        {
            narrowed[widest]--;
        }

        return narrowed;
    }

    private string Line(string[] row, List<int> places, int[] widths)
    {
        var line = new StringBuilder();
        foreach (var place in places.SkipLast(1))
        {
            var cell = TextColumns.CutMiddle(row[place], widths[place]);
            var blanks = new string(' ', widths[place] - TextColumns.Of(cell));
            line.Append(shown[place].IsNumber ? blanks + cell : cell + blanks).Append(Gap);
        }

        var text = line.Append(row[^1]).ToString().TrimEnd();
        return columns is { } most ? TextColumns.Cut(text, most) : text;
    }
}
