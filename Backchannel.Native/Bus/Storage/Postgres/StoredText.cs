using System.Text;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Texts as PostgreSQL stores them: UTF-8 that cannot hold the character U+0000, which JSON can.</summary>
/// <remarks>U+0000 is stored as U+0001 and a zero, U+0001 as itself and a one. Equal texts stay equal, and their order stays the same.</remarks>
internal static class StoredText
{
    private const byte Mark = 1;

    /// <summary>Half of a surrogate pair becomes U+FFFD, as with every engine.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.AsSpan().IndexOfAny((byte)0, Mark) < 0)
        {
            return bytes;
        }

        var escaped = new List<byte>(bytes.Length + 16);
        foreach (var value in bytes)
        {
            if (value <= Mark)
            {
                escaped.Add(Mark);
                escaped.Add((byte)('0' + value));
            }
            else
            {
                escaped.Add(value);
            }
        }

        return [.. escaped];
    }

    /// <summary>The bytes of the text that was stored.</summary>
    public static ReadOnlySpan<byte> Decode(byte[] stored)
    {
        if (stored.AsSpan().IndexOf(Mark) < 0)
        {
            return stored;
        }

        var text = new List<byte>(stored.Length);
        for (var i = 0; i < stored.Length; i++)
        {
            text.Add(stored[i] == Mark && i + 1 < stored.Length ? (byte)(stored[++i] - '0') : stored[i]);
        }

        return text.ToArray();
    }
}
