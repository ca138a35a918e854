using System.Text.Json;

namespace Backchannel.Native.Client;

/// <summary>The bare words <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which the reference bus takes as metadata and gives back.</summary>
/// <remarks>They are no JSON: one message with them would make every page that holds it unreadable, and the channel useless.</remarks>
internal static class NonFiniteNumbers
{
    /// <summary>The body with <c>null</c> in their place; unchanged when it is JSON already or does not become JSON that way.</summary>
    public static byte[] Mend(byte[] body)
    {
        if (IsJson(body) || body.AsSpan().IndexOfAny("NaN"u8[0], "Infinity"u8[0]) < 0)
        {
            return body;
        }

        var mended = Replace(body);
        return IsJson(mended) ? mended : body;
    }

    /// <summary>Whether the body is one whole JSON value.</summary>
    public static bool IsJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = AnswerJson.MaxDepth });
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Replace(ReadOnlySpan<byte> body)
    {
        var output = new MemoryStream(body.Length + 16);
        var inString = false;
        for (var position = 0; position < body.Length; position++)
        {
            var rest = body[position..];
            var word = inString ? 0 : WordLength(rest);
            if (word > 0)
            {
                output.Write("null"u8);
                position += word - 1;
                continue;
            }

            output.WriteByte(rest[0]);
            if (inString && rest[0] == '\\' && rest.Length > 1)
            {
                output.WriteByte(rest[1]);
                position++;
            }
            else if (rest[0] == '"')
            {
                inString = !inString;
            }
        }

        return output.ToArray();
    }

    private static int WordLength(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("NaN"u8) ? 3
        : rest.StartsWith("Infinity"u8) ? 8
        : rest.StartsWith("-Infinity"u8) ? 9
        : 0;
}
