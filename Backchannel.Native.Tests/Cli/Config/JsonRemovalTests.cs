using Backchannel.Native.Cli.Config;

namespace Backchannel.Native.Tests.Cli.Config;

public sealed class JsonRemovalTests
{
    private static readonly JsonFormat Format = new(JsonDialect.CommentsAndTrailingCommas);

    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("""{ "a": 1 }""")]
    [InlineData("{\n  \"a\": 1\n}\n")]
    [InlineData("{\r\n\t\"a\": 1\r\n}\r\n")]
    [InlineData("{\n  \"a\": 1,\n}\n")]
    [InlineData("{\n  \"a\": 1 // last, without a comma\n}\n")]
    [InlineData("{\n  \"a\": 1, // last, with one\n  /* kept, too */\n}\n")]
    [InlineData("{\n  \"a\": \"😀,\", // \"mine\": 1\n  \"ö\": [1, 2]\n}")]
    [InlineData("// mine\n{\n    \"a\": {\n        \"mine\": { \"x\": 1 }\n    }\n}\n")]
    [InlineData("{}")]
    [InlineData("{\"a\": 1, }")]
    public void A_member_that_was_added_comes_out_without_a_trace(string before)
    {
        foreach (var value in (ConfigValue[])[new ConfigValue.Text("x"), ConfigValue.Of(("b", new ConfigValue.Words(["c"])))])
        {
            var added = Format.MergeSafely(before, ["mine"], value);

            Assert.NotEqual(before, added);
            Assert.Equal(before, Format.RemoveSafely(added, ["mine"]));
        }
    }

    [Theory]
    [InlineData("""{"mine": 1, "b": 2}""", """{"b": 2}""")]
    [InlineData("{\n  \"mine\": 1,\n  \"b\": 2\n}", "{\n  \"b\": 2\n}")]
    [InlineData("{\n  \"a\": 1,\n  \"mine\": 1,\n  \"b\": 2\n}", "{\n  \"a\": 1,\n  \"b\": 2\n}")]
    [InlineData("{\n  \"a\": 1, // why\n  \"mine\": 1, \"b\": 2\n}", "{\n  \"a\": 1, // why\n  \"b\": 2\n}")]
    [InlineData("{\n  \"a\": 1, // why\n  \"mine\": 1 }", "{\n  \"a\": 1 // why\n   }")]
    [InlineData("{\n  \"mine\": 1, // of mine\n  \"b\": 2\n}", "{\n  // of mine\n  \"b\": 2\n}")]
    [InlineData("{\n  \"mine\": 1 /* , */ , \"b\": 2\n}", "{\n   /* , */ \"b\": 2\n}")]
    [InlineData("""{"mine":1}""", "{}")]
    [InlineData("{\n  \"mine\": 1\n}\n", "{}\n")]
    public void What_stands_around_a_member_stays(string before, string after)
    {
        Assert.Equal(after, Format.RemoveSafely(before, ["mine"]));
    }

    [Theory]
    [InlineData("", "mine")]
    [InlineData("{}", "mine")]
    [InlineData("""{"a":{"b":[1]}}""", "a", "b", "mine")]
    [InlineData("""{"a":1}""", "a", "mine")]
    public void Where_there_is_nothing_nothing_is_taken_out(string text, params string[] path)
    {
        Assert.Equal(text, Format.RemoveSafely(text, path));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"mine":1,"mine":2}""")]
    public void What_is_broken_or_ambiguous_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => Format.RemoveSafely(text, ["mine"]));
    }
}
