using System.Text;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Client;

public sealed class HalfSurrogatesTests
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
    public void Half_a_character_is_replaced_and_nothing_else(string body, string mended) =>
        Assert.Equal(mended, Encoding.UTF8.GetString(HalfSurrogates.Mend(Encoding.UTF8.GetBytes(body))));
}
