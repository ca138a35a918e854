using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class TextColumnsTests
{
    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("longer", 5, "longe")]
    [InlineData("漢字漢字", 5, "漢字")]
    [InlineData("한국어", 6, "한국어")]
    [InlineData("a🎉b", 3, "a🎉")]
    [InlineData("a🎉b", 2, "a")]
    [InlineData("e\u0301e\u0301e", 2, "e\u0301e\u0301")]
    public void A_text_is_cut_by_the_columns_that_it_takes(string text, int columns, string expected) =>
        Assert.Equal(expected, TextColumns.Start(text, columns));
}
