using System.Text.Json;
using NJsonSchema;

namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    // TOOL-01, TOOL-11
    [Fact]
    public async Task Every_tool_has_a_unique_plain_name_a_description_and_an_object_schema()
    {
        await using var session = await StartAsync("2025-11-25");

        var tools = (await session.AskAsync("tools/list")).GetProperty("result").GetProperty("tools").EnumerateArray().ToList();

        Assert.NotEmpty(tools);
        Assert.Distinct(tools.Select(tool => tool.GetProperty("name").GetString()));
        Assert.All(tools, tool =>
        {
            Assert.Matches("^[A-Za-z0-9_.-]{1,64}$", tool.GetProperty("name").GetString());
            Assert.NotEqual("", tool.GetProperty("description").GetString());
            AssertObjectSchema(tool.GetProperty("inputSchema"));
            AssertObjectSchema(tool.GetProperty("outputSchema"));
        });
    }

    // TOOL-02
    [Fact]
    public async Task The_tools_are_the_same_bytes_in_every_call_process_and_era()
    {
        await using var first = await StartAsync("2025-11-25");
        await using var second = await StartAsync("2025-06-18");

        var lists = new[]
        {
            await first.AskAsync("tools/list"),
            await first.AskAsync("tools/list", """{"unknown":1}"""),
            await first.AskModernAsync("tools/list"),
            await second.AskAsync("tools/list"),
        };

        Assert.Single(lists.Select(list => list.GetProperty("result").GetProperty("tools").GetRawText()).Distinct());
    }

    // TOOL-04
    [Theory]
    [InlineData("\"made-up\"")]
    [InlineData("\"\"")]
    [InlineData("5")]
    [InlineData("{}")]
    public async Task A_cursor_nobody_issued_is_invalid(string cursor)
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.Equal(-32602, CodeOf(await session.AskAsync("tools/list", $$"""{"cursor":{{cursor}}}""")));
        Assert.Equal(-32602, CodeOf(await session.AskModernAsync("tools/list", $"\"cursor\":{cursor}")));
    }

    // TOOL-04
    [Fact]
    public async Task The_only_page_has_no_next_cursor()
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.False((await session.AskAsync("tools/list")).GetProperty("result").TryGetProperty("nextCursor", out _));
    }

    // TOOL-05, TOOL-06
    [Theory]
    [InlineData("""{"name":"no_such_tool"}""")]
    [InlineData("""{"name":"LIST_CHANNELS"}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("{}")]
    [InlineData("""{"name":5,"arguments":{}}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":"TOOL","arguments":[]}""")]
    [InlineData("""{"name":"TOOL","arguments":"x"}""")]
    [InlineData("""{"name":"TOOL","arguments":5}""")]
    [InlineData("""{"name":"TOOL","arguments":false}""")]
    public async Task An_unknown_tool_or_a_malformed_call_is_a_protocol_error(string call)
    {
        await using var session = await StartAsync("2025-06-18");
        var parameters = call.Replace("TOOL", NameOf(BadCall.Call), StringComparison.Ordinal);

        Assert.Equal(-32602, CodeOf(await session.AskAsync("tools/call", parameters)));
        Assert.Equal(-32602, CodeOf(await session.AskModernAsync("tools/call", parameters == "{}" ? null : parameters[1..^1])));
    }

    // TOOL-08, TOOL-12
    [Theory]
    [MemberData(nameof(LegacyVersions))]
    [InlineData("2026-07-28")]
    public async Task A_bad_argument_is_a_result_that_names_it(string version)
    {
        await using var session = await StartAsync();
        var result = await CallAsync(session, version, BadCall.Call);

        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.False(result.TryGetProperty("structuredContent", out _));
        Assert.Contains(BadCall.Parameter, TextOf(result), StringComparison.Ordinal);
    }

    // TOOL-08
    [Fact]
    public async Task An_unknown_parameter_is_a_result_that_names_the_nearest_one()
    {
        await using var session = await StartAsync("2025-11-25");
        var misspelled = BadCall.Parameter + "s";
        var call = BadCall.Call.Replace($"\"{BadCall.Parameter}\"", $"\"{misspelled}\"", StringComparison.Ordinal);

        var result = (await session.AskAsync("tools/call", call)).GetProperty("result");

        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Contains(misspelled, TextOf(result), StringComparison.Ordinal);
        Assert.Contains($"did you mean {BadCall.Parameter}?", TextOf(result), StringComparison.Ordinal);
    }

    // TOOL-09
    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("0.1")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\u2028😀\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("[[[[[]]]]]")]
    [InlineData("\"200,000 characters\"")]
    public async Task No_argument_value_is_an_internal_error(string value)
    {
        await using var session = await StartAsync("2025-11-25");
        var long200K = value.Replace("200,000 characters", new string('x', 200_000), StringComparison.Ordinal);
        var call = $$$"""{"name":"{{{NameOf(BadCall.Call)}}}","arguments":{"{{{BadCall.Parameter}}}":{{{long200K}}}}}""";

        var result = (await session.AskAsync("tools/call", call)).GetProperty("result");

        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.InRange(TextOf(result).Length, 1, 2000);
    }

    // FRM-02, FRM-05: readers that split at more than LF must not be led astray by what is repeated to them.
    [Theory]
    [InlineData("\u2028")]
    [InlineData("\u2029")]
    [InlineData("\u0085")]
    [InlineData("\\r\\n")]
    public async Task What_is_repeated_cannot_break_the_line(string text)
    {
        await using var session = await StartAsync("2025-11-25");

        await session.SendAsync(McpSession.Request(900, "tools/call", $$"""{"name":"no{{text}}such"}"""));

        var line = await session.ReadLineAsync();
        Assert.Contains("no", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line!, character => character is '\r' or '\u0085' or '\u2028' or '\u2029');
    }

    private static async Task<JsonElement> CallAsync(McpSession session, string version, string call)
    {
        if (version == "2026-07-28")
        {
            return (await session.AskModernAsync("tools/call", call[1..^1])).GetProperty("result");
        }

        await session.HandshakeAsync(version);
        return (await session.AskAsync("tools/call", call)).GetProperty("result");
    }

    private static string NameOf(string call) => JsonElement.Parse(call).GetProperty("name").GetString()!;

    private static string TextOf(JsonElement result) =>
        Assert.Single(result.GetProperty("content").EnumerateArray()).GetProperty("text").GetString()!;

    private static void AssertObjectSchema(JsonElement schema)
    {
        Assert.Equal("object", schema.GetProperty("type").GetString());
        Assert.DoesNotContain("\"$ref\":\"http", schema.GetRawText(), StringComparison.Ordinal);
        Assert.NotNull(JsonSchema.FromJsonAsync(schema.GetRawText()).GetAwaiter().GetResult());
        if (schema.TryGetProperty("properties", out var properties))
        {
            Assert.All(properties.EnumerateObject(), property => Assert.Equal(JsonValueKind.Object, property.Value.ValueKind));
        }
    }
}
