using System.Globalization;

namespace Backchannel.Native.Client;

/// <summary>Escapes such as <c>\ud800</c> that are half a character, which the reference bus takes and gives back.</summary>
/// <remarks>They can be read as JSON, but not as text: one message with them would make every page that holds it unreadable.</remarks>
internal static class HalfSurrogates
{
    /// <summary>"\u" and four digits.</summary>
    private const int EscapeLength = 6;

    /// <summary>The body with <c>\ufffd</c> in their place, changed where it lies: both are of one length.</summary>
    public static byte[] Mend(byte[] body)
    {
        for (var position = 0; body.AsSpan(position).IndexOf((byte)'\\') is >= 0 and var distance;)
        {
            position += distance;
            var character = Escaped(body.AsSpan(position));
            if (char.IsHighSurrogate(character) && char.IsLowSurrogate(Escaped(body.AsSpan(position + EscapeLength))))
            {
                position += 2 * EscapeLength;
                continue;
            }

            if (char.IsSurrogate(character))
            {
                "\\ufffd"u8.CopyTo(body.AsSpan(position));
            }

            position = Math.Min(position + (character == default ? 2 : EscapeLength), body.Length);
        }

        return body;
    }

    /// <returns>The character that a <c>\u</c> escape at the start stands for; 0 for anything else.</returns>
    private static char Escaped(ReadOnlySpan<byte> text) =>
        text.Length >= EscapeLength && text.StartsWith("\\u"u8)
        && ushort.TryParse(text[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? (char)code
            : default;
}
