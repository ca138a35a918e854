using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

public sealed class DefaultActorTests
{
    [Theory]
    [InlineData("claude-code", "claude-code")]
    [InlineData("Qwen Code (CLI) 2.0", "qwen-code-cli-2-0")]
    [InlineData("a name that is far too long to be one", "a-name-that-is-far-too-l")]
    [InlineData("\u202e\n日本", "agent")]
    [InlineData("", "agent")]
    [InlineData(null, "agent")]
    public void It_carries_the_name_of_the_client_made_safe_and_short(string? client, string expected) =>
        Assert.Matches($"^{expected}-[0-9a-f]{{6}}$", DefaultActor.OfTheClient().FixedFor(client));

    [Fact]
    public void The_first_call_settles_it()
    {
        var actor = DefaultActor.OfTheClient();

        var first = actor.FixedFor("one");

        Assert.Equal((first, first), (actor.FixedFor("two"), actor.Name));
    }

    [Fact]
    public void Two_sessions_of_one_client_are_two_actors() =>
        Assert.NotEqual(DefaultActor.OfTheClient().FixedFor("one"), DefaultActor.OfTheClient().FixedFor("one"));

    [Fact]
    public void A_chosen_label_is_the_actor() => Assert.Equal("me", DefaultActor.Chosen("me").FixedFor("one"));

    [Fact]
    public async Task A_handshake_tells_the_clients_name()
    {
        var actor = DefaultActor.OfTheClient();
        await using var session = new InProcessSession(new TestTools().All, calledBy: client => actor.FixedFor(client));
        await session.ExchangeAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"codex","version":"1"} } }""");
        await session.ExchangeAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"} } }""");

        Assert.StartsWith("codex-", actor.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_a_handshake_tells_the_clients_name_itself()
    {
        var actor = DefaultActor.OfTheClient();
        await using var session = new InProcessSession(new TestTools().All, calledBy: client => actor.FixedFor(client));
        const string Meta =
            """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"Gemini CLI","version":"1"} }""";

        await session.ExchangeAsync(
            $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"},"_meta":{{Meta}} } }""");

        Assert.StartsWith("gemini-cli-", actor.Name, StringComparison.Ordinal);
    }
}
