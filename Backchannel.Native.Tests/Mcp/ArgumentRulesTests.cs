using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Mcp;

public sealed class ArgumentRulesTests
{
    private readonly ArgumentRules rules = new("""
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "maxLength": 5, "description": "Where it goes." },
            "limit": { "type": "integer", "minimum": 1, "maximum": 100 },
            "since": { "type": ["string", "null"] },
            "mode": { "type": "string", "enum": ["fast", "slow"] },
            "metadata": { "type": "object" },
            "flag": { "type": "boolean" },
            "lease_seconds": { "type": "number", "minimum": 0.5 },
            "names": { "type": "array", "items": { "type": "string" } }
          },
          "required": ["channel"],
          "additionalProperties": false
        }
        """u8, "lease_seconds");

    // TOOL-08
    [Theory]
    [InlineData("{}", "Missing parameter channel, which is required: Where it goes. Allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":null}""", "Missing parameter channel, which is required: Where it goes. Allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":5}""", "Wrong parameter channel: got 5; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":""}""", "Wrong parameter channel: got \"\"; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":"123456"}""", "Wrong parameter channel: got \"123456\"; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":"a","limit":5.5}""", "Wrong parameter limit: got 5.5; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":"5.5"}""", "Wrong parameter limit: got \"5.5\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":"five"}""", "Wrong parameter limit: got \"five\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":""}""", "Wrong parameter limit: got \"\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":1e30}""", "Wrong parameter limit: got 1e30; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":true}""", "Wrong parameter limit: got true; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":"[5]"}""", "Wrong parameter limit: got \"[5]\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","flag":"yes"}""", "Wrong parameter flag: got \"yes\"; allowed: true or false.")]
    [InlineData("""{"channel":"a","metadata":"{\"x\":"}""", "Wrong parameter metadata: got \"{\\\"x\\\":\"; allowed: object.")]
    [InlineData("""{"channel":"a","metadata":"[1]"}""", "Wrong parameter metadata: got \"[1]\"; allowed: object.")]
    [InlineData("""{"channel":"a","lease_seconds":"0.4"}""", "Wrong parameter lease_seconds: got \"0.4\"; allowed: number at least 0.5.")]
    [InlineData("""{"channel":"a","lease_seconds":0.4}""", "Wrong parameter lease_seconds: got 0.4; allowed: number at least 0.5.")]
    [InlineData("""{"channel":"a","mode":"Fast"}""", "Wrong parameter mode: got \"Fast\"; allowed: string one of fast, slow.")]
    [InlineData("""{"channel":"a","metadata":[]}""", "Wrong parameter metadata: got an array; allowed: object.")]
    [InlineData("""{"channel":"a","names":["x",5]}""", "Wrong parameter names: got 5 as entry 2; allowed: array of strings.")]
    [InlineData("""{"channel":"a","names":[["x"]]}""", "Wrong parameter names: got an array as entry 1; allowed: array of strings.")]
    [InlineData("""{"channel":"a","names":"x"}""", "Wrong parameter names: got \"x\"; allowed: array of strings.")]
    [InlineData("""{"channel":"a","names":{"x":"y"}}""", "Wrong parameter names: got an object; allowed: array of strings.")]
    [InlineData("""{"channel":"a","flag":"1"}""", "Wrong parameter flag: got \"1\"; allowed: true or false.")]
    [InlineData("""{"channel":"a","limit":"5 tasks"}""", "Wrong parameter limit: got \"5 tasks\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":"true"}""", "Wrong parameter limit: got \"true\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","flag":1}""", "Wrong parameter flag: got 1; allowed: true or false.")]
    [InlineData("""{"channel":"a","since":{}}""", "Wrong parameter since: got an object; allowed: string or null.")]
    public void A_wrong_argument_is_named_with_what_came_and_what_is_allowed(string arguments, string text)
    {
        var refusal = Assert.Throws<ToolException>(() => rules.Check(JsonElement.Parse(arguments)));

        Assert.Equal(text, refusal.Message);
    }

    // TOOL-08
    [Theory]
    [InlineData("chanel", "did you mean channel?")]
    [InlineData("Channel", "did you mean channel?")]
    [InlineData("leaseSeconds", "did you mean lease_seconds?")]
    [InlineData("completely_else", "; allowed: channel, limit,")]
    public void An_unknown_argument_names_the_nearest_one(string name, string text)
    {
        var refusal = Assert.Throws<ToolException>(() => rules.Check(JsonElement.Parse($$"""{"channel":"a","{{name}}":1}""")));

        Assert.Contains($"Unknown parameter {name}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_faults_are_told_at_once()
    {
        var refusal = Assert.Throws<ToolException>(() => rules.Check(JsonElement.Parse("""{"chanel":"a","limit":"many"}""")));

        Assert.Equal(3, refusal.Message.Split('\n').Length);
    }

    [Theory]
    [InlineData("""{"channel":"a"}""", """{"channel":"a"}""")]
    [InlineData("""{"channel":"😀😀😀😀😀"}""", """{"channel":"😀😀😀😀😀"}""")]
    [InlineData("""{"channel":"a","limit":5.0}""", """{"channel":"a","limit":5}""")]
    [InlineData("""{"channel":"a","limit":1e2}""", """{"channel":"a","limit":100}""")]
    [InlineData("""{"channel":"a","limit":null,"mode":null}""", """{"channel":"a"}""")]
    [InlineData("""{"channel":"a","since":null}""", """{"channel":"a","since":null}""")]
    [InlineData("""{"channel":"a","metadata":{"x":[null,1.0]}}""", """{"channel":"a","metadata":{"x":[null,1.0]}}""")]
    public void What_fits_is_given_back_in_its_plain_form(string arguments, string plain)
    {
        var fitting = rules.Check(JsonElement.Parse(arguments));

        Assert.Equal((Unescaped(JsonElement.Parse(plain)), null), (Unescaped(fitting.Arguments), fitting.Note));
    }

    [Theory]
    [InlineData("""{ "channel" : "\u0061", "limit" : 5, "metadata" : { "x" : 1.0 } }""")]
    [InlineData("""{ "since" : null, "channel" : "a" }""")]
    public void What_fits_as_it_came_is_not_written_anew(string arguments)
    {
        Assert.Equal(arguments, rules.Check(JsonElement.Parse(arguments)).Arguments.GetRawText());
    }

    [Theory]
    [InlineData("""{"channel":"a","limit":"5"}""", """{"channel":"a","limit":5}""")]
    [InlineData("""{"channel":"a","limit":" 5.0 "}""", """{"channel":"a","limit":5}""")]
    [InlineData("""{"channel":"a","lease_seconds":"2.5"}""", """{"channel":"a","lease_seconds":2.5}""")]
    [InlineData("""{"channel":"a","flag":"true"}""", """{"channel":"a","flag":true}""")]
    [InlineData("""{"channel":"a","flag":"False"}""", """{"channel":"a","flag":false}""")]
    [InlineData("""{"channel":"a","metadata":"{\"x\":[1,\"2\"]}"}""", """{"channel":"a","metadata":{"x":[1,"2"]}}""")]
    [InlineData("""{"channel":"a","names":"[\"x\"]"}""", """{"channel":"a","names":["x"]}""")]
    [InlineData("""{"channel":"a","limit":"\n7"}""", """{"channel":"a","limit":7}""")]
    [InlineData("""{"channel":"a","flag":"TRUE"}""", """{"channel":"a","flag":true}""")]
    [InlineData("""{"channel":"a","metadata":" {} "}""", """{"channel":"a","metadata":{}}""")]
    [InlineData("""{"channel":"5"}""", """{"channel":"5"}""")]
    [InlineData("""{"channel":"true","since":"{}"}""", """{"channel":"true","since":"{}"}""")]
    public void Text_that_spells_what_is_wanted_is_taken_as_that(string arguments, string plain)
    {
        var fitting = rules.Check(JsonElement.Parse(arguments));

        Assert.Equal((plain, null), (Unescaped(fitting.Arguments), fitting.Note));
    }

    [Theory]
    [InlineData("120", 100, "limit 120 was taken as 100, the most allowed.")]
    [InlineData("\"120\"", 100, "limit 120 was taken as 100, the most allowed.")]
    [InlineData("1e9", 100, "limit 1000000000 was taken as 100, the most allowed.")]
    [InlineData("0", 1, "limit 0 was taken as 1, the least allowed.")]
    [InlineData("-7", 1, "limit -7 was taken as 1, the least allowed.")]
    public void A_number_out_of_range_is_taken_as_the_nearest_with_a_sentence(string came, int taken, string note)
    {
        var fitting = rules.Check(JsonElement.Parse($$"""{"channel":"a","limit":{{came}}}"""));

        Assert.Equal((taken, note), (fitting.Arguments.GetProperty("limit").GetInt32(), fitting.Note));
    }

    // FRM-02, TOOL-09
    [Theory]
    [InlineData("""{"channel":"\ud800"}""")]
    [InlineData("""{"channel":"a","metadata":{"\udc00":1}}""")]
    [InlineData("""{"channel":"a","metadata":"{\"x\":\"\\ud800\"}"}""")]
    public void Half_a_surrogate_pair_is_refused(string arguments)
    {
        var refusal = Assert.Throws<ToolException>(() => rules.Check(JsonElement.Parse(arguments)));

        Assert.Contains("surrogate", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The text without the escapes of the writer, which are the same text.</summary>
    private static string Unescaped(JsonElement arguments) =>
        System.Text.Json.Nodes.JsonNode.Parse(arguments.GetRawText())!.ToJsonString(new JsonSerializerOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}
