namespace Backchannel.Native.Text;

/// <summary>Text counted and cut in whole characters, never between the halves of a surrogate pair.</summary>
internal static class WholeCharacters
{
    /// <summary>The number of characters (code points), which is how JSON Schema and the bus's limits count.</summary>
    public static int Count(string text) => text.Length - text.Count(char.IsLowSurrogate);

    /// <summary>The beginning of a text.</summary>
    /// <param name="maxCharacters">In characters.</param>
    public static string Take(string text, int maxCharacters) =>
        text.Length <= maxCharacters ? text : string.Concat(text.EnumerateRunes().Take(maxCharacters));

    /// <summary>The beginning of a text.</summary>
    /// <param name="maxLength">In UTF-16 units, as <see cref="string.Length"/> counts.</param>
    public static string Start(string text, int maxLength) => text.Length <= maxLength ? text : text[..StartLength(text, maxLength)];

    /// <summary>The end of a text.</summary>
    /// <param name="start">In UTF-16 units; at most the length of the text. The second half of a pair is left out.</param>
    public static string From(string text, int start) => text[(start < text.Length && char.IsLowSurrogate(text[start]) ? start + 1 : start)..];

    /// <summary>The greatest length up to a limit at which the text can be cut.</summary>
    /// <param name="maxLength">In UTF-16 units; at least 1 and at most the length of the text.</param>
    public static int StartLength(string text, int maxLength) => char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
}
