using System.Globalization;
using System.Text;

namespace Backchannel.Native.Cli;

/// <summary>How wide a text is on a terminal: characters of East Asia and pictures take two columns, marks on other characters none.</summary>
internal static class TextColumns
{
    /// <summary>The ranges of Unicode's <c>EastAsianWidth.txt</c> that are wide or full-width, roughly: what lies between is taken for wide too.</summary>
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x23E9, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693),
        (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
        (0x2728, 0x2728), (0x274C, 0x274E), (0x2753, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B55), (0x2E80, 0x303E),
        (0x3041, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6),
        (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F19A), (0x1F200, 0x1F64F), (0x1F680, 0x1F6FF),
        (0x1F7E0, 0x1F7F0), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>As much of the beginning as fits.</summary>
    public static string Start(string text, int columns)
    {
        var taken = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            taken += Of(rune);
            if (taken > columns)
            {
                return text[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>How many columns a text takes.</summary>
    public static int Of(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            columns += Of(rune);
        }

        return columns;
    }

    /// <summary>As much of the end as fits.</summary>
    public static string End(string text, int columns)
    {
        var left = Of(text);
        var start = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (left <= columns)
            {
                break;
            }

            left -= Of(rune);
            start += rune.Utf16SequenceLength;
        }

        return text[start..];
    }

    /// <summary>The beginning and the end, with an ellipsis where something is cut between them.</summary>
    public static string CutMiddle(string text, int columns)
    {
        var end = Math.Max(0, (columns - 1) / 2);
        return Of(text) <= columns ? text : Start(text, Math.Max(0, columns - 1 - end)) + (columns > 0 ? "…" : "") + End(text, end);
    }

    /// <summary>The beginning, with an ellipsis where something is cut.</summary>
    public static string Cut(string text, int columns) =>
        Of(text) <= columns ? text : Start(text, Math.Max(0, columns - 1)) + (columns > 0 ? "…" : "");

    private static int Of(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0
        : Array.Exists(Wide, range => rune.Value >= range.First && rune.Value <= range.Last) ? 2
        : 1;
}
