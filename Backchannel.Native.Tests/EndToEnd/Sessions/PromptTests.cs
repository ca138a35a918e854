using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>Prompts of the executable, where a bus is involved.</summary>
[Trait("Category", "EndToEnd")]
public sealed class PromptTests(NativeHome home) : IClassFixture<NativeHome>
{
    private const string Completion = """ "ref":{"type":"ref/prompt","name":"delegate"},"argument":{"name":"channel","value":"Prompt"} """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_channel_that_was_used_is_completed(bool isModern)
    {
        await using var session = new ProcessSession(home.Path, new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = "local" });
        await session.HandshakeAsync();
        await session.AskAsync("tools/call", """{"name":"post_task","arguments":{"channel":"prompted-work","content":"x"}}""");

        var found = await CompleteAsync(session, isModern);

        Assert.Equal("""{"values":["prompted-work"],"total":1,"hasMore":false}""", found.GetRawText());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bus_that_is_away_completes_nothing_and_is_no_error(bool isModern)
    {
        // Nobody listens there.
        await using var session = new ProcessSession(home.Path, new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = "http://127.0.0.1:1" });
        await session.HandshakeAsync();

        var found = await CompleteAsync(session, isModern);

        Assert.Equal("[]", found.GetProperty("values").GetRawText());
    }

    private static async Task<JsonElement> CompleteAsync(McpSession session, bool isModern) =>
        (isModern
            ? await session.AskModernAsync("completion/complete", Completion)
            : await session.AskAsync("completion/complete", $$"""{{{Completion}}}"""))
        .GetProperty("result").GetProperty("completion");
}
