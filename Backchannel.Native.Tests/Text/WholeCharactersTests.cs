using Backchannel.Native.Text;

namespace Backchannel.Native.Tests.Text;

public sealed class WholeCharactersTests
{
    [Theory]
    [InlineData("abc", 5, "abc")]
    [InlineData("abc", 2, "ab")]
    [InlineData("ab😀", 4, "ab😀")]
    [InlineData("ab😀", 3, "ab")]
    [InlineData("😀😀", 3, "😀")]
    [InlineData("😀", 1, "")]
    [InlineData("", 1, "")]
    public void A_start_ends_before_a_character_that_does_not_fit_whole(string text, int maxLength, string start) =>
        Assert.Equal(start, WholeCharacters.Start(text, maxLength));

    [Theory]
    [InlineData("abc", 1, "bc")]
    [InlineData("abc", 3, "")]
    [InlineData("a😀b", 1, "😀b")]
    [InlineData("a😀b", 2, "b")]
    [InlineData("a😀", 2, "")]
    [InlineData("", 0, "")]
    public void An_end_does_not_begin_with_half_a_character(string text, int start, string end) => Assert.Equal(end, WholeCharacters.From(text, start));

    [Theory]
    [InlineData("abc", 2, "ab")]
    [InlineData("😀😀😀", 2, "😀😀")]
    [InlineData("😀😀", 2, "😀😀")]
    [InlineData("a😀", 1, "a")]
    public void A_character_outside_the_basic_plane_counts_as_one(string text, int count, string taken)
    {
        Assert.Equal(taken, WholeCharacters.Take(text, count));
        Assert.Equal(count, WholeCharacters.Count(taken));
    }
}
