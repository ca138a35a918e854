using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Mcp;

public sealed class ArgumentRulesTests
{
    private readonly ArgumentRules rules = new("""
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "maxLength": 5 },
            "limit": { "type": "integer", "minimum": 1, "maximum": 100 },
            "since": { "type": ["string", "null"] },
            "mode": { "type": "string", "enum": ["fast", "slow"] },
            "metadata": { "type": "object" },
            "flag": { "type": "boolean" },
            "lease_seconds": { "type": "number", "minimum": 0.5 }
          },
          "required": ["channel"],
          "additionalProperties": false
        }
        """u8);

    // TOOL-08
    [Theory]
    [InlineData("{}", "Missing parameter channel: it is required; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":null}""", "Missing parameter channel: it is required; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":5}""", "Wrong parameter channel: got 5; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":""}""", "Wrong parameter channel: got \"\"; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":"123456"}""", "Wrong parameter channel: got \"123456\"; allowed: string (length 1 to 5).")]
    [InlineData("""{"channel":"a","limit":0}""", "Wrong parameter limit: got 0; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":101}""", "Wrong parameter limit: got 101; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":5.5}""", "Wrong parameter limit: got 5.5; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","limit":"5"}""", "Wrong parameter limit: got \"5\"; allowed: integer 1 to 100.")]
    [InlineData("""{"channel":"a","lease_seconds":0.4}""", "Wrong parameter lease_seconds: got 0.4; allowed: number at least 0.5.")]
    [InlineData("""{"channel":"a","mode":"Fast"}""", "Wrong parameter mode: got \"Fast\"; allowed: string one of fast, slow.")]
    [InlineData("""{"channel":"a","metadata":[]}""", "Wrong parameter metadata: got an array; allowed: object.")]
    [InlineData("""{"channel":"a","flag":1}""", "Wrong parameter flag: got 1; allowed: boolean.")]
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
        var refusal = Assert.Throws<ToolException>(() => rules.Check(JsonElement.Parse("""{"chanel":"a","limit":0}""")));

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
        Assert.Equal(plain, rules.Check(JsonElement.Parse(arguments)).GetRawText());
    }

    // FRM-02, TOOL-09
    [Theory]
    [InlineData("""{"channel":"\ud800"}""")]
    [InlineData("""{"channel":"a","metadata":{"\udc00":1}}""")]
    public void Half_a_surrogate_pair_is_refused(string arguments)
    {
        var refusal = Assert.Throws<ToolException>(() => rules.Check(JsonElement.Parse(arguments)));

        Assert.Contains("surrogate", refusal.Message, StringComparison.Ordinal);
    }
}
