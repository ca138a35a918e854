using System.Globalization;
using System.Text;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Splits texts into the words that are searched for: letters and digits in a row, in lower case. All engines use these, so that they find the same.</summary>
internal static class SearchWords
{
    /// <summary>Words of a row; what follows in a longer text is not found.</summary>
    public const int MostOfRow = 2_000;

    /// <summary>In UTF-16 units. Longer words, such as encoded data, are cut.</summary>
    private const int Longest = 60;

    /// <summary>Stands among the words of a row for the channel in whose searches it is found. No text makes such a word.</summary>
    public static string OfLane(long lane) => string.Create(CultureInfo.InvariantCulture, $"\uE000{lane}");

    /// <summary>The different words of a text, in their order.</summary>
    public static IReadOnlyList<string> Of(string text, int most)
    {
        HashSet<string> words = [];
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsPart(rune))
            {
                if (word.Length < Longest)
                {
                    word.Append(Rune.ToLowerInvariant(rune).ToString());
                }
            }
            else if (!End())
            {
                return [.. words];
            }
        }

        End();
        return [.. words];

        bool End()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }

            return words.Count < most;
        }
    }

    private static bool IsPart(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
