using System.Text.Json;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Ids as models write them: with a blank at an edge, and with what no id can hold.</summary>
public sealed class IdArgumentsTests : OwnBusTests
{
    [Theory]
    [InlineData("await_result", """{"message_id":"ID","timeout_seconds":0}""")]
    [InlineData("await_result", """{"message_ids":["ID"],"timeout_seconds":0}""")]
    [InlineData("update_task", """{"message_id":"ID","note":"soon"}""")]
    [InlineData("ack_task", """{"message_id":"ID"}""")]
    [InlineData("fail_task", """{"message_id":"ID","reason":"no"}""")]
    [InlineData("release_task", """{"message_id":"ID"}""")]
    [InlineData("cancel_task", """{"message_id":"ID"}""")]
    [InlineData("post_task", """{"channel":"jobs","content":"b","reply_to":"ID"}""")]
    [InlineData("post_task", """{"channel":"jobs","content":"b","depends_on":["ID"]}""")]
    [InlineData("broadcast", """{"channel":"news","content":"b","reply_to":"ID"}""")]
    public async Task A_blank_at_the_edge_of_an_id_is_no_part_of_it(string tool, string arguments)
    {
        var agent = Agent("me");
        var id = await agent.PostAsync("jobs", "a");
        await agent.ClaimAsync("jobs");

        var answer = await agent.CallAsync(tool, arguments.Replace("ID", $" {id}\\u3000\\n", StringComparison.Ordinal));

        Assert.DoesNotContain("unknown", answer.GetRawText(), StringComparison.Ordinal);
        if (answer.TryGetProperty("message_id", out var told) && !arguments.Contains("content", StringComparison.Ordinal))
        {
            Assert.Equal(id, told.GetString());
        }
    }

    public static TheoryData<string> Wrong => ["a\\u0000b", "\\u0000", "a\\nb", " ", new string('a', 5000)];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_no_id_can_hold_is_refused_by_the_name_of_its_parameter(string text)
    {
        var agent = Agent("me");
        var parameters = agent.Catalog.Tools.SelectMany(static tool => IdsOf(tool.InputSchema).Select(id => (tool.Name, Id: id, Arguments: Fill(tool.InputSchema, id))));

        var refused = 0;
        foreach (var (tool, id, arguments) in parameters)
        {
            var refusal = await agent.FailAsync(tool, arguments.Replace("ID", text, StringComparison.Ordinal));
            Assert.StartsWith($"Wrong parameter {id}: ", refusal, StringComparison.Ordinal);
            refused++;
        }

        // One tool has two of them, and await_result has message_ids.
        Assert.Equal(10, refused);
    }

    private static List<string> IdsOf(ReadOnlySpan<byte> schema) =>
    [
        .. JsonElement.Parse(schema).GetProperty("properties").EnumerateObject().Select(static property => property.Name).Where(static name =>
            name is "reply_to" or "depends_on" || name.EndsWith("_id", StringComparison.Ordinal) || name.EndsWith("_ids", StringComparison.Ordinal)),
    ];

    /// <summary>Arguments with all that the tool requires, and one id.</summary>
    private static string Fill(ReadOnlySpan<byte> schema, string id)
    {
        var tool = JsonElement.Parse(schema);
        var required = tool.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()!) : [];
        var isList = tool.GetProperty("properties").GetProperty(id).Text("type") == "array";
        var others = string.Concat(required.Where(name => name != id).Select(static name => $"\"{name}\":\"x\","));
        return $"{{{others}\"{id}\":{(isList ? "[\"ID\"]" : "\"ID\"")}}}";
    }
}
