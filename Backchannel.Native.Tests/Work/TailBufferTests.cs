using System.Text;
using Backchannel.Native.Work;

namespace Backchannel.Native.Tests.Work;

public sealed class TailBufferTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("ab", "ab")]
    [InlineData("abcd", "abcd")]
    [InlineData("abcde", "bcde")]
    [InlineData("abc|def", "cdef")]
    [InlineData("abcdefghij|k", "hijk")]
    [InlineData("a|b|c|d|e|f|g|h|i", "fghi")]
    public void The_last_bytes_are_kept_in_their_order(string chunks, string expected)
    {
        var tail = new TailBuffer(4);
        foreach (var chunk in chunks.Split('|'))
        {
            tail.Write(Encoding.ASCII.GetBytes(chunk));
        }

        Assert.Equal(expected, Encoding.ASCII.GetString(tail.Last()));
        Assert.Equal(expected[^Math.Min(2, expected.Length)..], Encoding.ASCII.GetString(tail.Last(2)));
        Assert.Equal(chunks.Replace("|", "", StringComparison.Ordinal).Length, tail.Total);
    }
}
