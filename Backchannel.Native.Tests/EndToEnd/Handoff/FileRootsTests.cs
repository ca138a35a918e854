using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>The published file asks its client for the roots when a task names a file outside of the working folder.</summary>
public sealed class FileRootsTests : IDisposable
{
    private readonly TemporaryHome home = new();
    private readonly TemporaryFolder folder = new();
    private int lastId = 100;

    public FileRootsTests()
    {
        foreach (var path in (string[])["my root/a.txt", "my root/.env", "beside/a.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
            File.WriteAllText(folder.File(path), "hello");
        }
    }

    public void Dispose()
    {
        home.Dispose();
        folder.Dispose();
    }

    /// <summary>The answer of a client, as JSON.</summary>
    private string Roots => $$"""{"roots":[{"uri":"file://{{folder.Path}}/my%20root","name":"root"}]}""";

    [Fact]
    public async Task In_a_session_with_a_handshake_roots_count_until_the_client_takes_them_back()
    {
        await using var bus = await ServedBus.StartAsync(Path.Combine(home.Path, "bus.db"));
        await using var session = Start(bus);
        await session.HandshakeAsync(capabilities: """{"roots":{"listChanged":true}}""");

        var sent = await AnswerAsync(session, await PostAsync(session, "my root/a.txt"), Roots);
        var beside = await PostAsync(session, "beside/a.txt");
        var hidden = await PostAsync(session, "my root/.env");
        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""");
        var removed = await AnswerAsync(session, await PostAsync(session, "my root/a.txt"), """{"roots":[]}""");

        AssertPosted(sent);
        Assert.Contains("outside of the folders", Refusal(beside), StringComparison.Ordinal);
        Assert.Contains($" or {folder.File("my root")} if", Refusal(beside), StringComparison.Ordinal);
        Assert.Contains("hidden", Refusal(hidden), StringComparison.Ordinal);
        Assert.Contains("outside of the folders", Refusal(removed), StringComparison.Ordinal);
        Assert.DoesNotContain($" or {folder.File("my root")} if", Refusal(removed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_version_without_a_session_roots_come_with_a_second_call()
    {
        await using var bus = await ServedBus.StartAsync(Path.Combine(home.Path, "bus.db"));
        await using var session = Start(bus);

        var question = await ModernAsync(session, "my root/a.txt");
        var sent = await ModernAsync(session, "my root/a.txt", Roots);
        var beside = await ModernAsync(session, "beside/a.txt", Roots);
        var undeclared = await ModernAsync(session, "my root/a.txt", Roots, "{}");

        Assert.Equal("""{"roots":{"method":"roots/list"}}""", question.GetProperty("result").GetProperty("inputRequests").GetRawText());
        AssertPosted(sent);
        Assert.Contains($" or {folder.File("my root")} if", Refusal(beside), StringComparison.Ordinal);
        Assert.Contains("outside of the folders", Refusal(undeclared), StringComparison.Ordinal);
    }

    private ProcessSession Start(ServedBus bus) => new(home.Path, new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl });

    /// <returns>The next message: the question to the client, or the answer.</returns>
    private Task<JsonElement> PostAsync(ProcessSession session, string path) =>
        session.ExchangeAsync(McpSession.Request(++lastId, "tools/call", $"{{{Call(path)}}}"));

    private Task<JsonElement> ModernAsync(ProcessSession session, string path, string? roots = null, string capabilities = """{"roots":{}}""") =>
        session.ExchangeAsync(McpSession.ModernRequest(
            ++lastId, "tools/call", roots is null ? Call(path) : $"{Call(path)},\"inputResponses\":{{\"roots\":{roots}}}", capabilities));

    private string Call(string path) =>
        $"\"name\":\"post_task\",\"arguments\":{{\"channel\":\"lane\",\"content\":\"look\",\"files\":[\"{folder.File(path)}\"]}}";

    private static Task<JsonElement> AnswerAsync(ProcessSession session, JsonElement question, string roots)
    {
        Assert.Equal("roots/list", question.GetProperty("method").GetString());
        return session.ExchangeAsync($$"""{"jsonrpc":"2.0","id":{{McpSession.IdOf(question)}},"result":{{roots}}}""");
    }

    private static void AssertPosted(JsonElement answer) =>
        Assert.True(answer.GetProperty("result").TryGetProperty("structuredContent", out _), answer.GetRawText());

    private static string Refusal(JsonElement answer)
    {
        Assert.True(answer.GetProperty("result").GetProperty("isError").GetBoolean());
        return answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;
    }
}
