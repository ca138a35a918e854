using System.Text;
using Backchannel.Native.Text;

namespace Backchannel.Native.Tests.Text;

public sealed class ReadableJsonTests
{
    [Theory]
    [InlineData("é 中 <a href='x'> +", "é 中 <a href='x'> +")]
    [InlineData("\"\\\n\u0001", "\\\"\\\\\\n\\u0001")]
    [InlineData("\u2028\u2029\u0085", "\\u2028\\u2029\\u0085")]
    public void Only_what_would_end_a_string_or_a_line_is_escaped(string text, string written)
    {
        Assert.Equal($"[\"{written}\"]", Encoding.UTF8.GetString(ReadableJson.Write(json =>
        {
            json.WriteStartArray();
            json.WriteStringValue(text);
            json.WriteEndArray();
        }).Span));
        Assert.Equal(written, ReadableJson.Encode(text).ToString());
    }

    [Fact]
    public void A_value_that_is_written_while_another_is_changes_neither()
    {
        var large = new string('x', 100_000);
        var inner = "";
        var outer = ReadableJson.Write(json =>
        {
            json.WriteStartArray();
            json.WriteStringValue(large);
            inner = Encoding.UTF8.GetString(ReadableJson.Write(static other => other.WriteNumberValue(1)).Span);
            json.WriteRawValue(inner);
            json.WriteEndArray();
        });
        var after = ReadableJson.Write(static json => json.WriteNumberValue(2));

        Assert.Equal(("1", $"[\"{large}\",1]", "2"), (inner, Encoding.UTF8.GetString(outer.Span), Encoding.UTF8.GetString(after.Span)));
    }

    [Theory]
    [InlineData("[\"x\u202Egnp.exe\",\"\u2066\u061C\"]", "[\"x\\u202egnp.exe\",\"\\u2066\\u061c\"]")]
    [InlineData("[\"é 中 😀\"]", "[\"é 中 😀\"]")]
    public void What_turns_the_direction_of_text_is_escaped_for_a_terminal(string json, string shown) =>
        Assert.Equal(shown, Encoding.UTF8.GetString(ReadableJson.WithoutDirections(Encoding.UTF8.GetBytes(json))));
}
