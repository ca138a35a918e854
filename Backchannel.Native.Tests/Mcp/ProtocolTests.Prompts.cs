using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp;

public abstract partial class ProtocolTests
{
    /// <summary>Every version, those with a handshake first.</summary>
    public static TheoryData<string> AllVersions => ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

    // PRM-01, LEG-12, PRM-04
    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task Prompts_are_declared_and_listed_with_the_fields_of_the_version(string version)
    {
        await using var session = await StartAsync();
        var capabilities = version == "2026-07-28"
            ? (await session.AskModernAsync("server/discover")).GetProperty("result").GetProperty("capabilities")
            : (await session.HandshakeAsync(version)).GetProperty("capabilities");

        var result = await ResultAsync(session, version, "prompts/list");

        Assert.Equal("{}", capabilities.GetProperty("prompts").GetRawText());

        // The capability is younger than the method.
        Assert.Equal(version != "2024-11-05", capabilities.TryGetProperty("completions", out _));
        var prompts = result.GetProperty("prompts").EnumerateArray().ToList();
        Assert.Equal(["delegate task channel", "worker channel", "status"], prompts.Select(Signature));
        Assert.All(prompts, prompt =>
        {
            Assert.NotEqual("", prompt.Text("description"));
            Assert.Equal(string.CompareOrdinal(version, "2025-06-18") >= 0, prompt.TryGetProperty("title", out _));
        });
        Assert.All(prompts.SelectMany(prompt => prompt.GetProperty("arguments").EnumerateArray()), argument =>
        {
            Assert.True(argument.GetProperty("required").GetBoolean());
            Assert.NotEqual("", argument.Text("description"));
        });
        Assert.False(result.TryGetProperty("nextCursor", out _));
        if (version == "2026-07-28")
        {
            AssertCacheable(result);
        }
    }

    // TOOL-04, PRM-01
    [Theory]
    [InlineData("\"made-up\"")]
    [InlineData("\"\"")]
    [InlineData("5")]
    public async Task A_cursor_nobody_issued_is_invalid_for_prompts_too(string cursor)
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.Equal(-32602, CodeOf(await session.AskAsync("prompts/list", $$"""{"cursor":{{cursor}}}""")));
        Assert.Equal(-32602, CodeOf(await session.AskModernAsync("prompts/list", $"\"cursor\":{cursor}")));
    }

    // PRM-02, MOD-07
    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task A_prompt_is_one_message_of_the_user_with_its_arguments_in_it(string version)
    {
        await using var session = await StartAsync(version == "2026-07-28" ? "2025-11-25" : version);

        var result = await ResultAsync(
            session, version, "prompts/get", """{"name":"delegate","arguments":{"task":"Read it: \"a\"\nand b","channel":" reviews ","more":1}}""");

        var message = Assert.Single(result.GetProperty("messages").EnumerateArray());
        Assert.Equal("user", message.Text("role"));
        Assert.Equal("text", message.GetProperty("content").Text("type"));
        var lines = message.GetProperty("content").Text("text").Split('\n');
        Assert.Contains("""Task: "Read it: \"a\"\nand b" """.TrimEnd(), lines);
        Assert.Contains("""Channel: "reviews" """.TrimEnd(), lines);
        Assert.False(result.TryGetProperty("ttlMs", out _));
    }

    // PRM-03
    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    [InlineData("""{"name":"no_such"}""", "no_such")]
    [InlineData("""{"name":"Worker","arguments":{"channel":"a"}}""", "Worker")]
    [InlineData("""{"name":"worker"}""", "channel")]
    [InlineData("""{"name":"worker","arguments":null}""", "channel")]
    [InlineData("""{"name":"worker","arguments":{}}""", "channel")]
    [InlineData("""{"name":"worker","arguments":{"channel":null}}""", "channel")]
    [InlineData("""{"name":"worker","arguments":{"channel":" \n"}}""", "channel")]
    [InlineData("""{"name":"worker","arguments":{"Channel":"a"}}""", "channel")]
    [InlineData("""{"name":"delegate","arguments":{"channel":"a"}}""", "task")]
    [InlineData("""{"name":"worker","arguments":[]}""", "object")]
    [InlineData("""{"name":"worker","arguments":"{\"channel\":\"a\"}"}""", "object")]
    [InlineData("""{"name":"worker","arguments":{"channel":5}}""", "string")]
    [InlineData("""{"name":"worker","arguments":{"channel":["a"]}}""", "string")]
    [InlineData("""{"name":"worker","arguments":{"channel":"\udc00a"}}""", "surrogate")]
    [InlineData("""{"name":"delegate","arguments":{"channel":"a","task":"1 MB"}}""", "10000")]
    [InlineData("""{"name":"1 MB"}""", "xxx…")]
    public async Task An_unknown_prompt_or_an_argument_that_is_missing_or_wrong_is_invalid(string parameters, string named)
    {
        await using var session = await StartAsync("2025-11-25");
        parameters = parameters.Replace("1 MB", new string('x', 1_000_000), StringComparison.Ordinal);

        var legacy = await session.AskAsync("prompts/get", parameters);
        var modern = await session.AskModernAsync("prompts/get", parameters == "{}" ? null : parameters[1..^1]);

        Assert.Equal((-32602, -32602), (CodeOf(legacy), CodeOf(modern)));
        Assert.Contains(named, legacy.GetProperty("error").Text("message"), StringComparison.Ordinal);
        await AssertAliveAsync(session);
    }

    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task A_completion_has_values_and_says_whether_that_is_all(string version)
    {
        await using var session = await StartAsync(version == "2026-07-28" ? "2025-11-25" : version);

        var result = await ResultAsync(
            session, version, "completion/complete", """{"ref":{"type":"ref/prompt","name":"delegate"},"argument":{"name":"task","value":"Rev"}}""");

        Assert.Equal("""{"values":[],"total":0,"hasMore":false}""", result.GetProperty("completion").GetRawText());
    }

    [Theory]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":{"name":"channel","value":"\ud83d"}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":{"name":"channel","value":"1 MB"}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":{"name":"no_such","value":""}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"status"},"argument":{"name":"channel","value":""},"context":{"arguments":{"a":5}}}""")]
    public async Task What_nothing_begins_with_has_no_completions(string parameters)
    {
        await using var session = await StartAsync("2025-11-25");
        parameters = parameters.Replace("1 MB", new string('x', 1_000_000), StringComparison.Ordinal);

        var result = (await session.AskAsync("completion/complete", parameters)).GetProperty("result");

        Assert.Equal("[]", result.GetProperty("completion").GetProperty("values").GetRawText());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"path","value":""}}""")]
    [InlineData("""{"ref":{"name":"worker"},"argument":{"name":"channel","value":""}}""")]
    [InlineData("""{"ref":"worker","argument":{"name":"channel","value":""}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt"},"argument":{"name":"channel","value":""}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"no_such"},"argument":{"name":"channel","value":""}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":[]}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":{"value":""}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":{"name":"channel"}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"worker"},"argument":{"name":"channel","value":5}}""")]
    public async Task A_completion_for_anything_else_than_a_prompt_of_this_server_is_invalid(string parameters)
    {
        await using var session = await StartAsync("2025-11-25");

        Assert.Equal(-32602, CodeOf(await session.AskAsync("completion/complete", parameters)));
        Assert.Equal(-32602, CodeOf(await session.AskModernAsync("completion/complete", parameters == "{}" ? null : parameters[1..^1])));
    }

    private static async Task<JsonElement> ResultAsync(McpSession session, string version, string method, string? parameters = null) =>
        (version == "2026-07-28"
            ? await session.AskModernAsync(method, parameters?[1..^1])
            : await session.AskAsync(method, parameters)).GetProperty("result");

    private static string Signature(JsonElement prompt) =>
        string.Join(' ', prompt.GetProperty("arguments").EnumerateArray().Select(argument => argument.Text("name")).Prepend(prompt.Text("name")));
}
