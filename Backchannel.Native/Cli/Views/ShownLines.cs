using Backchannel.Native.Tools;

namespace Backchannel.Native.Cli.Views;

/// <summary>Texts of others for a terminal. Content is data: no control character and nothing that reorders text is left of it.</summary>
internal static class ShownLines
{
    private static readonly string[] Breaks = ["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"];

    /// <summary>As one line.</summary>
    public static string One(string? text) => ShownText.Clean(text ?? "", int.MaxValue);

    /// <summary>Line by line, each with the blanks at its beginning.</summary>
    /// <param name="columns">Where longer lines are broken; null: nowhere.</param>
    public static IEnumerable<string> Of(string text, string indent, int? columns) =>
        text.TrimEnd().Split(Breaks, StringSplitOptions.None).SelectMany(line =>
        {
            var expanded = line.Replace("\t", "    ", StringComparison.Ordinal);
            var blanks = expanded.Length - expanded.TrimStart(' ').Length;
            return Wrap(One(expanded), indent + new string(' ', Math.Min(blanks, 40)), columns);
        });

    private static IEnumerable<string> Wrap(string line, string indent, int? columns)
    {
        if (columns is not { } most || line.Length == 0)
        {
            yield return (indent + line).TrimEnd();
            yield break;
        }

        var room = Math.Max(10, most - indent.Length);
        for (var rest = line; rest.Length > 0;)
        {
            var piece = TextColumns.Start(rest, room);
            if (piece.Length < rest.Length && rest[piece.Length] != ' ' && piece.LastIndexOf(' ') is > 0 and var blank)
            {
                piece = piece[..blank];
            }

            yield return indent + piece.TrimEnd();
            rest = rest[piece.Length..].TrimStart(' ');
        }
    }
}
