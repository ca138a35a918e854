using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData("worker-7", "worker-7")]
    [InlineData("Zoë 工 👷", "Zoë 工 👷")]
    [InlineData("a\u200bb\u200db\u2060c\ufeff", "abbc")]
    [InlineData("\u202eevil\u202c \u2066x\u2069", "evil x")]
    [InlineData("line\nbreak\r\nand\ttab", "line break and tab")]
    [InlineData("bell\u0007 nul\0 next\u0085line\u2028", "bell nul nextline")]
    [InlineData(" \u00ad ", null)]
    [InlineData(null, null)]
    public void Name_shows_only_what_can_be_seen(string? text, string? shown) =>
        Assert.Equal(shown, ShownText.Name(text));

    [Theory]
    [InlineData("a.c:1: error\r\n\tint x\n", "a.c:1: error\n\tint x")]
    [InlineData("\u202eevil\u2028next\u0007", "evil\nnext")]
    public void Lines_stay_where_they_mean_something(string text, string shown) =>
        Assert.Equal(shown, ShownText.Lines(text, 100));

    [Fact]
    public void Long_name_is_cut_between_characters()
    {
        var shown = ShownText.Name("x" + string.Concat(Enumerable.Repeat("👷", 200)))!;

        Assert.Equal(200, shown.Length);
        Assert.EndsWith("👷…", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("a\ufffdb", ShownText.Name("a\ud83db"));
}
