using System.Text;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Tests.JsonRpc;

public sealed class JsonRpcReaderTests
{
    // FRM-03
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4096)]
    public void Lines_are_the_same_whatever_the_buffer(int bufferSize)
    {
        var lines = ReadAll("\uFEFFfirst\n\r\n  \té😀\u2028\n\nlast", bufferSize, lineLimit: 100);

        Assert.Equal(["first", "  \té😀\u2028", "last"], lines);
    }

    // FRM-06
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4096)]
    public void A_line_at_the_limit_is_kept_and_one_beyond_it_is_cut(int bufferSize)
    {
        var lines = ReadAll("1234567890\n12345678901\n123456789012345678901234567890\nok\n", bufferSize, lineLimit: 10);

        Assert.Equal("1234567890", lines[0]);
        Assert.StartsWith("cut 12345678901", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("cut 12345678901", lines[2], StringComparison.Ordinal);
        Assert.Equal("ok", lines[3]);
        Assert.Equal(4, lines.Count);
    }

    // FRM-06
    [Fact]
    public void A_line_that_never_ends_is_cut_once()
    {
        Assert.Single(ReadAll(new string('x', 100_000), bufferSize: 16, lineLimit: 100));
    }

    [Fact]
    public void A_byte_order_mark_counts_as_one_only_at_the_start()
    {
        Assert.Equal(["a", "\uFEFFb"], ReadAll("\uFEFFa\n\uFEFFb\n", bufferSize: 1, lineLimit: 100));
    }

    [Fact]
    public void A_broken_input_is_an_ended_one()
    {
        var input = new MemoryStream();
        input.Dispose();
        using var reader = new JsonRpcReader(input, bufferSize: 16, lineLimit: 100);

        Assert.False(reader.TryReadLine(out _));
    }

    private static List<string> ReadAll(string text, int bufferSize, int lineLimit)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(text));
        using var reader = new JsonRpcReader(input, bufferSize, lineLimit);
        var lines = new List<string>();
        while (reader.TryReadLine(out var line))
        {
            lines.Add((line.IsTooLong ? "cut " : "") + Encoding.UTF8.GetString(line.Bytes));
        }

        return lines;
    }
}
