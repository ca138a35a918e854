using System.Text;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Client;

public sealed class NonFiniteNumbersTests
{
    [Theory]
    [InlineData("""{"a": NaN, "b": [Infinity, -Infinity]}""", """{"a": null, "b": [null, null]}""")]
    [InlineData("""{"say \"NaN\"": "Infinity", "n": NaN}""", """{"say \"NaN\"": "Infinity", "n": null}""")]
    [InlineData("""{"a\\": NaN}""", """{"a\\": null}""")]
    public void The_bare_words_become_null(string body, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(NonFiniteNumbers.Mend(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("""{"a": "NaN"}""")]
    [InlineData("<html>NaN")]
    [InlineData("""{"a": NaN""")]
    [InlineData("")]
    public void Anything_else_stays_as_it_came(string body) =>
        Assert.Equal(body, Encoding.UTF8.GetString(NonFiniteNumbers.Mend(Encoding.UTF8.GetBytes(body))));

    [Fact]
    public async Task A_page_with_such_a_message_can_be_read()
    {
        var message = ClientTest.MessageJson.Replace("\"metadata\": {}", "\"metadata\": {\"score\": NaN}", StringComparison.Ordinal);
        await using var server = new MisbehavingServer(Reply.Json(200, $$"""{"data": [{{message}}], "limit": 50, "next_cursor": null}"""));
        await using var connection = server.Connect();

        var page = await new BackchannelClient(connection).ListMessagesAsync("c-1", new(), default);

        Assert.Equal("""{"score": null}""", page.Data.Single().Metadata.GetRawText());
    }
}
