using System.Text;
using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Files;

public sealed class SafeFileNameTests
{
    [Theory]
    [InlineData("report.txt", "report.txt")]
    [InlineData("Bericht für Jürgen 2.pdf", "Bericht für Jürgen 2.pdf")]
    [InlineData("報告.md", "報告.md")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData(@"..\..\boot.ini", "boot.ini")]
    [InlineData("folder/", "folder")]
    [InlineData("/", "file")]
    [InlineData("..", "file")]
    [InlineData("   ", "file")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("...x", "x")]
    [InlineData("a\nb\tc\0d\u001b[31m", "a_b_c_d_[31m")]
    [InlineData("gnp.\u202etxt", "gnp._txt")]
    [InlineData("a\u2028b", "a_b")]
    [InlineData("a:b*c?.txt", "a_b_c_.txt")]
    [InlineData("name. ", "name")]
    [InlineData("CON", "_CON")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("nul .tar.gz", "_nul .tar.gz")]
    [InlineData("com1.log", "_com1.log")]
    [InlineData("LPT\u00b9", "_LPT\u00b9")]
    [InlineData("console.log", "console.log")]
    [InlineData("-rf", "_-rf")]
    public void A_name_is_safe_on_every_system(string given, string expected) => Assert.Equal(expected, SafeFileName.Of(given, 100));

    [Fact]
    public void A_lone_surrogate_is_replaced() => Assert.Equal("a_b", SafeFileName.Of("a" + (char)0xd800 + "b", 100));

    [Theory]
    [InlineData("a")]
    [InlineData("ä")]
    [InlineData("報")]
    [InlineData("😀")]
    public void A_long_name_is_cut_between_characters_and_keeps_its_ending(string letter)
    {
        var name = SafeFileName.Of(string.Concat(Enumerable.Repeat(letter, 200)) + ".json", 100);

        Assert.InRange(Encoding.UTF8.GetByteCount(name), 90, 100);
        Assert.EndsWith(letter + ".json", name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_goes_before_the_ending() =>
        Assert.Equal(("a-2.txt", "a-3", "a.tar-4.gz"), (SafeFileName.Numbered("a.txt", 2), SafeFileName.Numbered("a", 3), SafeFileName.Numbered("a.tar.gz", 4)));
}
