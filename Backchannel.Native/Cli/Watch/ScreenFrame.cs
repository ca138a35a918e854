using System.Text;

namespace Backchannel.Native.Cli.Watch;

/// <summary>Puts a whole screen together, line by line, so that nothing of an earlier one is left.</summary>
/// <param name="hasColours">False where the person wants none; what is stuck is bold then.</param>
internal sealed class ScreenFrame(bool hasColours)
{
    /// <param name="lines">As many as the screen has rows; further ones are left out.</param>
    /// <param name="chosen">Index of the line that is set off; -1: none.</param>
    /// <param name="cursor">Where a person types, in columns of the last line; null: the cursor is hidden.</param>
    public string Compose(IReadOnlyList<ScreenLine> lines, (int Columns, int Rows) size, int chosen, int? cursor)
    {
        var frame = new StringBuilder("\e[?25l\e[H");
        for (var row = 0; row < size.Rows; row++)
        {
            var line = row < lines.Count ? lines[row] : new("");
            var text = TextColumns.Cut(line.Text, size.Columns);
            var code = Code(line.Look, row == chosen);

            // Erased before it is written: after a line that fills the screen, the cursor stands on its last character.
            frame.Append("\e[K").Append(code.Length > 0 ? $"\e[{code}m{text}\e[0m" : text);
            frame.Append(row < size.Rows - 1 ? "\r\n" : "");
        }

        return frame.Append(cursor is { } column ? $"\e[{size.Rows};{Math.Min(column + 1, size.Columns)}H\e[?25h" : "").ToString();
    }

    private string Code(LineLook look, bool isChosen)
    {
        var code = look switch
        {
            LineLook.Heading => "1",
            LineLook.Stuck => hasColours ? "1;33" : "1",
            LineLook.Faint => "2",
            _ => "",
        };
        return !isChosen ? code : code.Length > 0 ? $"{code};7" : "7";
    }
}
