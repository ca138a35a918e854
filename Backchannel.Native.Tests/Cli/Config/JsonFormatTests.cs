using Backchannel.Native.Cli.Config;

namespace Backchannel.Native.Tests.Cli.Config;

public sealed class JsonFormatTests
{
    private static readonly ConfigValue Entry = ConfigValue.Of(("command", new ConfigValue.Text("/x")), ("env", ConfigValue.Of(("A", new ConfigValue.Text("1")))));

    [Theory]
    [InlineData(
        "{}",
        """
        {
          "servers": {
            "mine": {
              "command": "/x",
              "env": {
                "A": "1"
              }
            }
          }
        }
        """)]
    [InlineData("""{"a":1}""", """{"a":1, "servers": { "mine": { "command": "/x", "env": { "A": "1" } } }}""")]
    [InlineData("""{"servers":{"other":{}}}""", """{"servers":{"other":{}, "mine": { "command": "/x", "env": { "A": "1" } }}}""")]
    [InlineData(
        "{\n\t\"servers\": {\n\t\t\"other\": 1 }\n}\n",
        "{\n\t\"servers\": {\n\t\t\"other\": 1,\n\t\t\"mine\": {\n\t\t\t\"command\": \"/x\",\n\t\t\t\"env\": {\n\t\t\t\t\"A\": \"1\"\n\t\t\t}\n\t\t}\n\t}\n}\n")]
    [InlineData(
        "{\r\n  \"servers\": {\r\n  }\r\n}",
        "{\r\n  \"servers\": {\r\n    \"mine\": {\r\n      \"command\": \"/x\",\r\n      \"env\": {\r\n        \"A\": \"1\"\r\n      }\r\n    }\r\n  }\r\n}")]
    [InlineData(
        "{ // why\n  \"servers\": { \"o\": \"a,b}\" }, // more\n  /* , */\n}",
        "{ // why\n  \"servers\": { \"o\": \"a,b}\", \"mine\": { \"command\": \"/x\", \"env\": { \"A\": \"1\" } } }, // more\n  /* , */\n}")]
    [InlineData(
        "{\n  \"servers\": {\n    \"ö\": \"😀\" // last, without a comma\n  }\n}",
        "{\n  \"servers\": {\n    \"ö\": \"😀\", // last, without a comma\n    \"mine\": {\n      \"command\": \"/x\",\n      \"env\": {\n        \"A\": \"1\"\n      }\n    }\n  }\n}")]
    [InlineData(
        "{\n  \"servers\": {\n    \"o\": 1,\n    // \"mine\": {}\n  }\n}",
        "{\n  \"servers\": {\n    \"o\": 1,\n    // \"mine\": {}\n    \"mine\": {\n      \"command\": \"/x\",\n      \"env\": {\n        \"A\": \"1\"\n      }\n    },\n  }\n}")]
    public void An_entry_is_added_in_the_manner_of_the_file(string before, string after)
    {
        Assert.Equal(after.TrimEnd(), Merge(before).TrimEnd());
    }

    [Theory]
    [InlineData("", "{\n  \"permissions\": {\n    \"allow\": [\"mine\"]\n  }\n}")]
    [InlineData("""{"a":1}""", """{"a":1, "permissions": { "allow": ["mine"] }}""")]
    [InlineData("""{"permissions":{"allow":[]}}""", "{\"permissions\":{\"allow\":[\n  \"mine\"\n]}}")]
    [InlineData("""{"permissions":{"allow":["a","b" ]}}""", """{"permissions":{"allow":["a","b", "mine" ]}}""")]
    [InlineData("""{"permissions":{"allow":[{"a":[1]}]}}""", """{"permissions":{"allow":[{"a":[1]}, "mine"]}}""")]
    [InlineData(
        "{\r\n\t\"permissions\": {\r\n\t\t\"allow\": [\r\n\t\t\t\"a\"\r\n\t\t]\r\n\t}\r\n}",
        "{\r\n\t\"permissions\": {\r\n\t\t\"allow\": [\r\n\t\t\t\"a\",\r\n\t\t\t\"mine\"\r\n\t\t]\r\n\t}\r\n}")]
    [InlineData(
        "{\n  \"permissions\": {\n    \"allow\": [\n      \"a\", // why, \"mine\"\n    ]\n  }\n}",
        "{\n  \"permissions\": {\n    \"allow\": [\n      \"a\", // why, \"mine\"\n      \"mine\",\n    ]\n  }\n}")]
    [InlineData(
        "{\n  \"permissions\": {\n    \"allow\": [\n      \"a\" // last\n    ]\n  }\n}",
        "{\n  \"permissions\": {\n    \"allow\": [\n      \"a\", // last\n      \"mine\"\n    ]\n  }\n}")]
    [InlineData("""{"a":[{"\ud800":1,"b":2,"b":3}]}""", """{"a":[{"\ud800":1,"b":2,"b":3}], "permissions": { "allow": ["mine"] }}""")]
    [InlineData("""{"permissions":{"allow":["m\u0069ne"]}}""", """{"permissions":{"allow":["m\u0069ne"]}}""")]
    public void A_rule_is_added_to_a_list_once_in_the_manner_of_the_file(string before, string after)
    {
        var format = new JsonFormat(JsonDialect.CommentsAndTrailingCommas);

        Assert.Equal(after, format.MergeSafely(before, ["permissions", "allow"], new ConfigValue.Including("mine")).TrimEnd());
    }

    [Theory]
    [InlineData("""{"permissions":{"allow":"all"}}""", "is not a list")]
    [InlineData("""{"permissions":{"allow":{}}}""", "is not a list")]
    [InlineData("""{"permissions":true}""", "is not an object")]
    [InlineData("""{"permissions":{"allow":[}}""", "line 1")]
    public void What_is_no_list_is_left_alone(string text, string reason)
    {
        var format = new JsonFormat(JsonDialect.Strict);

        var refusal = Assert.Throws<FormatException>(() => format.MergeSafely(text, ["permissions", "allow"], new ConfigValue.Including("mine")));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"servers":{"mine":{"command":"/old","timeout":5,"env":{"KEY":"theirs","A":"0"}}}}""",
        """{"servers":{"mine":{"command":"/x","timeout":5,"env":{"KEY":"theirs","A":"1"}}}}""")]
    [InlineData("""{"servers":{"mine":{"command":"\/x","env":{"\u0041":"1"}}}}""", """{"servers":{"mine":{"command":"\/x","env":{"\u0041":"1"}}}}""")]
    [InlineData("""{"servers":{"mine":{"env":7}}}""", """{"servers":{"mine":{"env":{ "A": "1" }, "command": "/x"}}}""")]
    public void An_entry_that_is_there_keeps_what_is_not_ours(string before, string after)
    {
        Assert.Equal(after, Merge(before));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("// nothing but a comment")]
    [InlineData("""{"servers":[]}""")]
    [InlineData("""{"servers":null}""")]
    [InlineData("""{"servers":{},"servers":{}}""")]
    [InlineData("""{"\ud800":1}""")]
    public void What_cannot_hold_an_entry_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => Merge(text));
    }

    [Fact]
    public void The_place_of_a_mistake_is_named()
    {
        var exception = Assert.Throws<FormatException>(() => Merge("{\n  \"a\": tru\n}"));

        Assert.StartsWith("line 2, column ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JsonDialect.Strict, "{}", true)]
    [InlineData(JsonDialect.Strict, "{ /* a */ }", false)]
    [InlineData(JsonDialect.Strict, "{ \"a\": 1, }", false)]
    [InlineData(JsonDialect.Comments, "{ \"a\": 1 // one\n}", true)]
    [InlineData(JsonDialect.Comments, "{ \"a\": 1, }", false)]
    [InlineData(JsonDialect.CommentsAndTrailingCommas, "{ \"a\": 1, // one\n}", true)]
    public void What_the_client_would_not_read_is_refused(object dialect, string text, bool isRead)
    {
        var merging = Record.Exception(() => new JsonFormat((JsonDialect)dialect).Merge(text, ["servers", "mine"], Entry));

        Assert.Equal(isRead, merging is null);
        Assert.True(merging is null or FormatException);
    }

    private static string Merge(string text) => new JsonFormat(JsonDialect.CommentsAndTrailingCommas).Merge(text, ["servers", "mine"], Entry);
}
