using System.Text;
using Backchannel.Native.Text;

namespace Backchannel.Native.Tests.Text;

public sealed class LoneSurrogatesTests
{
    [Theory]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\ufffd"}""")]
    [InlineData("""{"\uDFFF":1}""", """{"\ufffd":1}""")]
    [InlineData("""["\ud83d\ude00"]""", """["\ud83d\ude00"]""")]
    [InlineData("""["\ud83d\ud83d\ude00"]""", """["\ufffd\ud83d\ude00"]""")]
    [InlineData("""["\ude00\ud83d"]""", """["\ufffd\ufffd"]""")]
    [InlineData("""["\\ud800"]""", """["\\ud800"]""")]
    [InlineData("""["\\\ud800"]""", """["\\\ufffd"]""")]
    [InlineData("""["\u0041\n\"\u00e9"]""", """["\u0041\n\"\u00e9"]""")]
    [InlineData("""["\ud8""", """["\ud8""")]
    [InlineData("""["\""", """["\""")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void Half_a_character_is_found_and_replaced_and_nothing_else(string json, string replaced)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.Equal(json != replaced, LoneSurrogates.AreIn(bytes));

        LoneSurrogates.Replace(bytes);

        Assert.Equal(replaced, Encoding.UTF8.GetString(bytes));
    }
}
