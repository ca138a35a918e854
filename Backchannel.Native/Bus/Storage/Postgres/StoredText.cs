using System.Text;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Texts as PostgreSQL stores them: UTF-8 that cannot hold the character U+0000, which JSON can.</summary>
/// <remarks>U+0000 is stored as U+10FFFF and a zero, and U+10FFFF, which means nothing in any text, as itself and a one. So equal texts stay equal.</remarks>
internal static class StoredText
{
    private static readonly byte[] Mark = [0xF4, 0x8F, 0xBF, 0xBF];

    /// <summary>Half of a surrogate pair becomes U+FFFD, as with every engine.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.AsSpan().IndexOfAny((byte)0, Mark[0]) < 0 ? bytes : Escape(bytes);
    }

    /// <summary>The bytes of the text that was stored.</summary>
    public static ReadOnlySpan<byte> Decode(byte[] stored) => stored.AsSpan().IndexOf(Mark) < 0 ? stored : Unescape(stored);

    private static byte[] Escape(byte[] bytes)
    {
        var escaped = new List<byte>(bytes.Length + 16);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == 0)
            {
                escaped.AddRange(Mark);
                escaped.Add((byte)'0');
            }
            else if (bytes.AsSpan(i).StartsWith(Mark))
            {
                escaped.AddRange(Mark);
                escaped.Add((byte)'1');
                i += Mark.Length - 1;
            }
            else
            {
                escaped.Add(bytes[i]);
            }
        }

        return [.. escaped];
    }

    private static byte[] Unescape(byte[] stored)
    {
        var text = new List<byte>(stored.Length);
        for (var i = 0; i < stored.Length; i++)
        {
            if (!stored.AsSpan(i).StartsWith(Mark))
            {
                text.Add(stored[i]);
                continue;
            }

            i += Mark.Length;
            if (stored[i] == '0')
            {
                text.Add(0);
            }
            else
            {
                text.AddRange(Mark);
            }
        }

        return [.. text];
    }
}
