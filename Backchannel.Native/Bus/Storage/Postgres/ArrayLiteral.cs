using System.Buffers;
using System.Globalization;
using System.Text;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Values as the text of an array, as section 8.15.2 of PostgreSQL's manual has it. The driver's own arrays make the program 0.7 MB larger.</summary>
internal static class ArrayLiteral
{
    private const byte Quote = (byte)'"';
    private const byte Escape = (byte)'\\';

    public static byte[] Of(IEnumerable<SqlValue> values)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        var separator = (byte)'{';
        foreach (var value in values)
        {
            text.Write([separator]);
            separator = (byte)',';
            switch (value.Kind)
            {
                case SqlKind.Number:
                    value.Number.TryFormat(text.GetSpan(20), out var length, default, CultureInfo.InvariantCulture);
                    text.Advance(length);
                    break;
                case SqlKind.Text:
                    WriteQuoted(text, value.Content);
                    break;
                case SqlKind.Blob:
                    text.Write("\"\\\\x"u8);
                    text.Advance(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(value.Content!), text.GetSpan(2 * value.Content!.Length)));
                    text.Write([Quote]);
                    break;
                default:
                    text.Write("NULL"u8);
                    break;
            }
        }

        text.Write("}"u8);
        return text.WrittenSpan.ToArray();
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> content)
    {
        text.Write([Quote]);
        for (int end; (end = content.IndexOfAny(Quote, Escape)) >= 0; content = content[(end + 1)..])
        {
            text.Write(content[..end]);
            text.Write([Escape, content[end]]);
        }

        text.Write(content);
        text.Write([Quote]);
    }
}
