using System.Buffers;
using System.Globalization;
using System.Text;

namespace Backchannel.Native.Tools;

/// <summary>Names and texts of others, made safe to show: nothing invisible, nothing that reorders text, bounded; one line, or as many as it has.</summary>
internal static class ShownText
{
    private const int MaxNameLength = 200;

    /// <returns>Null for null and for what has nothing visible in it.</returns>
    public static string? Name(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var clean = Clean(text, MaxNameLength);
        return clean.Length == 0 ? null : clean;
    }

    /// <param name="maxLength">In UTF-16 units; what is longer is cut and marked with an ellipsis.</param>
    public static string Clean(string text, int maxLength) => Clean(text, maxLength, keepsLines: false);

    /// <summary>A text whose lines mean something, such as what a compiler said.</summary>
    /// <inheritdoc cref="Clean(string, int)" path="/param"/>
    public static string Lines(string text, int maxLength) => Clean(text.ReplaceLineEndings("\n"), maxLength, keepsLines: true);

    private static string Clean(string text, int maxLength, bool keepsLines)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maxLength));
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            // A lone surrogate decodes to the replacement character, which JSON can carry.
            var invalid = Rune.DecodeFromUtf16(rest, out var rune, out var used) != OperationStatus.Done;
            rest = rest[used..];
            if (!invalid && IsInvisible(rune) && !(keepsLines && rune.Value is '\n' or '\t'))
            {
                // A line break that vanished would join two words.
                if (rune.Value is '\n' or '\r' or '\t' && clean.Length > 0 && clean[^1] != ' ')
                {
                    clean.Append(' ');
                }

                continue;
            }

            if (clean.Length + rune.Utf16SequenceLength > maxLength)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(rune);
        }

        return clean.ToString().Trim();
    }

    /// <summary>Control characters, and the formatting ones, which hold everything bidirectional or of zero width.</summary>
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator;
}
