using System.Buffers;
using System.Globalization;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Values as the text of an array, as section 8.15.2 of PostgreSQL's manual has it. The driver's own arrays make the program 0.7 MB larger.</summary>
internal static class ArrayLiteral
{
    /// <summary>In bytes. A longer buffer is not kept for the next array.</summary>
    private const int LargestKept = 256 * 1024;

    private const byte Quote = (byte)'"';
    private const byte Escape = (byte)'\\';

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? kept;

    public static byte[] Of(IEnumerable<SqlValue> values)
    {
        var text = kept ??= new ArrayBufferWriter<byte>(16 * 1024);
        text.ResetWrittenCount();
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
                    Convert.TryToHexStringLower(value.Content, text.GetSpan((2 * value.Content!.Length) + 1), out var digits);
                    text.Advance(digits);
                    text.Write([Quote]);
                    break;
                default:
                    text.Write("NULL"u8);
                    break;
            }
        }

        text.Write("}"u8);
        kept = text.Capacity <= LargestKept ? text : null;
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
