using System.Text;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

public sealed class AnswerBodyTests
{
    [Theory]
    [InlineData("""{"status": "present"}""")]
    [InlineData("""{"status": "present", "score": NaN}""")]
    [InlineData("""{"status": "present", "text": "\ud800"}""")]
    public void What_can_be_read_is_JSON_without_a_second_look(string text)
    {
        var body = Body(text);

        Assert.Equal("present", (body.Value as StatusAnswer)?.Status);
        Assert.True(body.IsJson);
        Assert.Null(body.Fault);
    }

    [Fact]
    public void Half_a_character_in_what_is_read_is_replaced() =>
        Assert.Equal("\ufffd", (Body("""{"status": "\ud800"}""").Value as StatusAnswer)?.Status);

    [Theory]
    [InlineData("[]", true)]
    [InlineData("{}", true)]
    [InlineData("""{"status": NaN}""", true)]
    [InlineData("""{"status": "present"} {}""", false)]
    [InlineData("""{"status": "pres""", false)]
    [InlineData("<html>", false)]
    [InlineData("", false)]
    public void What_cannot_be_read_says_why_and_whether_it_is_JSON_at_all(string text, bool isJson)
    {
        var body = Body(text);

        Assert.Null(body.Value);
        Assert.NotNull(body.Fault);
        Assert.Equal(isJson, body.IsJson);
    }

    [Fact]
    public void A_null_is_JSON_and_no_fault()
    {
        var body = Body("null");

        Assert.Null(body.Value);
        Assert.Null(body.Fault);
        Assert.True(body.IsJson);
    }

    [Theory]
    [InlineData("""{"any": [1]}""", true)]
    [InlineData("", false)]
    public void What_nobody_reads_is_only_checked(string text, bool isJson) =>
        Assert.Equal(isJson, new AnswerBody(Encoding.UTF8.GetBytes(text), type: null).IsJson);

    private static AnswerBody Body(string text) => new(Encoding.UTF8.GetBytes(text), AnswerJson.Default.StatusAnswer);
}
