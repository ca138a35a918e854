using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Tests.Cli.Views;

/// <summary>Texts of others as they are shown.</summary>
public sealed class ShownLinesTests
{
    [Theory]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\n\r\nb\n", "a||b")]
    [InlineData("a\u2028b\u0085c", "a|b|c")]
    [InlineData("  in\n\tdeeper", "  in|    deeper")]
    [InlineData("\e[31mred\u009b0m \u202ereversed\u2066", "[31mred0m|reversed")]
    [InlineData("one two three four", "one two|three four")]
    [InlineData("0123456789abc", "0123456789|abc")]
    [InlineData("漢字漢字漢字", "漢字漢字漢|字")]
    public void Lines_are_safe_and_fit(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', ShownLines.Of(text, "", 10)));

    [Fact]
    public void Without_a_terminal_no_line_is_broken() =>
        Assert.Equal([$"  {new string('x', 500)}"], ShownLines.Of(new string('x', 500), "  ", columns: null));
}
