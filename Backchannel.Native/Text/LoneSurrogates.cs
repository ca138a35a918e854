using System.Globalization;

namespace Backchannel.Native.Text;

/// <summary>Escapes in JSON such as <c>\ud800</c> that are half a character: they can be read as JSON, but not as text.</summary>
/// <remarks>Only an escape can bring one into JSON that is valid UTF-8.</remarks>
internal static class LoneSurrogates
{
    /// <summary>"\u" and four digits.</summary>
    private const int EscapeLength = 6;

    public static bool AreIn(ReadOnlySpan<byte> json) => Find(json, 0) >= 0;

    /// <summary>Puts <c>\ufffd</c> in their place. Both have the same length, so the JSON is changed where it lies.</summary>
    public static void Replace(Span<byte> json)
    {
        for (var position = 0; Find(json, position) is >= 0 and var found; position = found + EscapeLength)
        {
            "\\ufffd"u8.CopyTo(json[found..]);
        }
    }

    /// <param name="start">Where to start; not inside an escape.</param>
    /// <returns>Where the next one stands; negative: there is none.</returns>
    private static int Find(ReadOnlySpan<byte> json, int start)
    {
        for (var position = start; json[position..].IndexOf((byte)'\\') is >= 0 and var distance;)
        {
            position += distance;
            var character = Escaped(json[position..]);
            if (char.IsHighSurrogate(character) && char.IsLowSurrogate(Escaped(json[(position + EscapeLength)..])))
            {
                position += 2 * EscapeLength;
                continue;
            }

            if (char.IsSurrogate(character))
            {
                return position;
            }

            position = Math.Min(position + (character == default ? 2 : EscapeLength), json.Length);
        }

        return -1;
    }

    /// <returns>The character that a <c>\u</c> escape at the start stands for; 0 for anything else.</returns>
    private static char Escaped(ReadOnlySpan<byte> text) =>
        text.Length >= EscapeLength && text.StartsWith("\\u"u8)
        && ushort.TryParse(text[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? (char)code
            : default;
}
