using System.Text.Json;

namespace Backchannel.Native.Tests.Mcp;

/// <summary>The server asks its client for the roots, in the version without a session: by the answer to the call that needs them.</summary>
public sealed class InputRootsTests : IAsyncDisposable
{
    private const string Given = "\"inputResponses\":{\"roots\":{\"roots\":[{\"uri\":\"file:///a\",\"name\":\"A\"}]},\"other\":{}}";

    private readonly InProcessSession session = new([RootsTool.Create(), .. new TestTools().All]);
    private int lastId = 100;

    public ValueTask DisposeAsync() => session.DisposeAsync();

    [Fact]
    public async Task A_call_that_needs_the_roots_is_answered_with_the_question_and_comes_again_with_them()
    {
        var question = (await CallAsync()).GetProperty("result");

        Assert.Equal("""{"roots":{"method":"roots/list"}}""", question.GetProperty("inputRequests").GetRawText());
        Assert.Equal("/a", RootsTool.TextOf(await CallAsync(Given)));
    }

    [Fact]
    public async Task Nothing_is_kept_for_the_next_call()
    {
        await CallAsync(Given);

        Assert.True((await CallAsync()).GetProperty("result").TryGetProperty("inputRequests", out _));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"roots":null}""")]
    [InlineData("""{"roots":[]}""")]
    [InlineData("""{"roots":{"roots":1}}""")]
    [InlineData("""{"other":{"roots":[{"uri":"file:///a"}]}}""")]
    public async Task A_client_that_comes_again_without_a_list_is_not_asked_forever(string responses) =>
        Assert.Equal("gave no list of its roots", RootsTool.TextOf(await CallAsync($"\"inputResponses\":{responses}")));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"roots":null}""")]
    [InlineData("""{"elicitation":{}}""")]
    public async Task A_client_that_has_not_declared_roots_in_this_call_is_not_asked_and_not_believed(string capabilities)
    {
        await CallAsync();

        Assert.Equal("", RootsTool.TextOf(await CallAsync(null, capabilities)));
        Assert.Equal("", RootsTool.TextOf(await CallAsync(Given, capabilities)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    public async Task Responses_that_are_no_object_are_an_error(string responses) =>
        Assert.Equal(-32602, (await CallAsync($"\"inputResponses\":{responses}")).GetProperty("error").GetProperty("code").GetInt32());

    [Fact]
    public async Task A_session_with_a_handshake_does_not_lend_its_roots_to_a_stateless_call()
    {
        await session.HandshakeAsync(capabilities: """{"roots":{}}""");

        Assert.Equal("", RootsTool.TextOf(await CallAsync(null, "{}")));
        Assert.True((await CallAsync()).GetProperty("result").TryGetProperty("inputRequests", out _));
    }

    private Task<JsonElement> CallAsync(string? members = null, string capabilities = """{"roots":{}}""") =>
        session.ExchangeAsync(McpSession.ModernRequest(
            ++lastId, "tools/call", members is null ? "\"name\":\"roots\"" : $"\"name\":\"roots\",{members}", capabilities));
}
