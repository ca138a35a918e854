using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>Tasks of the extension between processes of the published file: they outlive the process that made them, and the bus.</summary>
[Trait("Category", "EndToEnd")]
public sealed class TaskTests : IDisposable
{
    private static readonly Dictionary<string, string> Local = new() { ["BACKCHANNEL_BASE_URL"] = "local" };

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Result_is_told_by_another_process_after_the_first_and_the_bus_were_killed()
    {
        await using var first = Start();
        var task = await PostAsync(first);
        var id = await StartAsync(first, "await_result", $$"""{"message_id":"{{task}}"}""");
        first.Kill();
        await first.WaitForExitAsync();
        await KillBusAsync();
        await using var second = Start();
        var before = await GetAsync(second, id);
        await KillBusAsync();

        await CallAsync(second, "claim_task", """{"channel":"reviews"}""");
        await CallAsync(second, "ack_task", $$"""{"message_id":"{{task}}","result":"line 40"}""");
        var after = await FinishAsync(second, id);

        Assert.Equal(("working", "completed"), (before.Text("status"), after.Text("status")));
        Assert.Equal("line 40", after.GetProperty("result").GetProperty("structuredContent").GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Claim_is_the_same_in_another_process_after_the_first_and_the_bus_were_killed()
    {
        await using var first = Start();
        await MakeLaneAsync(first);
        var id = await StartAsync(first, "claim_task", """{"channel":"reviews","wait_seconds":50}""");
        await using var poster = Start();
        var task = await PostAsync(poster);
        var told = await FinishAsync(first, id);
        first.Kill();
        await first.WaitForExitAsync();
        await KillBusAsync();
        await using var second = Start();

        var after = await FinishAsync(second, id);
        var missed = await CallAsync(poster, "claim_task", """{"channel":"reviews"}""");
        await CallAsync(second, "ack_task", $$"""{"message_id":"{{task}}","result":"line 40"}""");

        Assert.Equal(task, told.GetProperty("result").GetProperty("structuredContent").Text("message_id"));
        Assert.Equal(task, after.GetProperty("result").GetProperty("structuredContent").Text("message_id"));
        Assert.False(missed.GetProperty("claimed").GetBoolean());
        Assert.Equal("line 40", (await CallAsync(poster, "await_result", $$"""{"message_id":"{{task}}"}""")).GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Bus_that_is_killed_does_not_end_the_wait_of_a_living_process()
    {
        await using var session = Start();
        await using var poster = Start();
        await MakeLaneAsync(session);
        var id = await StartAsync(session, "claim_task", """{"channel":"reviews","wait_seconds":50}""");

        await KillBusAsync();
        var task = await PostAsync(poster);

        var told = await FinishAsync(session, id);
        Assert.Equal(task, told.GetProperty("result").GetProperty("structuredContent").Text("message_id"));
    }

    [Fact]
    public async Task Task_of_a_process_that_ended_while_it_waited_is_gone_on_with_by_the_next()
    {
        await using var first = Start();
        await MakeLaneAsync(first);
        var id = await StartAsync(first, "claim_task", """{"channel":"reviews","wait_seconds":50}""");
        await first.FinishAsync();
        Assert.Equal(0, await first.WaitForExitAsync());
        await using var second = Start();
        await using var poster = Start();
        await GetAsync(second, id);

        var task = await PostAsync(poster);

        Assert.Equal(task, (await FinishAsync(second, id)).GetProperty("result").GetProperty("structuredContent").Text("message_id"));
    }

    /// <remarks>On a served bus, where each home has a key of its own.</remarks>
    [Fact]
    public async Task Id_of_another_user_is_unknown_and_holds_no_key()
    {
        using var folder = new TemporaryFolder();
        using var otherHome = new TemporaryHome();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var settings = new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl };
        await using var session = new ProcessSession(home.Path, settings);
        await using var stranger = new ProcessSession(otherHome.Path, settings);
        var id = await StartAsync(session, "await_result", $$"""{"message_id":"{{await PostAsync(session)}}"}""");
        await PostAsync(stranger);

        var answer = await stranger.AskWithTasksAsync("tasks/get", $""" "taskId":"{id}" """);

        Assert.Equal(-32602, answer.GetProperty("error").GetProperty("code").GetInt32());
        var text = System.Text.Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(id));
        Assert.DoesNotContain("bck_", text, StringComparison.Ordinal);
        Assert.Equal("working", (await GetAsync(session, id)).Text("status"));
    }

    private ProcessSession Start() => new(home.Path, Local);

    private async Task KillBusAsync()
    {
        foreach (var bus in home.BusProcesses())
        {
            bus.Kill();
            await bus.WaitForExitAsync().Within();
        }
    }

    private static async Task<string> PostAsync(McpSession session) =>
        (await CallAsync(session, "post_task", """{"channel":"reviews","content":"read parser.c"}""")).Text("message_id");

    private static async Task MakeLaneAsync(McpSession session)
    {
        var task = await PostAsync(session);
        await CallAsync(session, "claim_task", """{"channel":"reviews"}""");
        await CallAsync(session, "ack_task", $$"""{"message_id":"{{task}}"}""");
    }

    private static async Task<JsonElement> CallAsync(McpSession session, string tool, string arguments) =>
        (await session.AskModernAsync("tools/call", $$""" "name":"{{tool}}","arguments":{{arguments}} """)).GetProperty("result").GetProperty("structuredContent");

    private static async Task<string> StartAsync(McpSession session, string tool, string arguments) =>
        (await session.AskWithTasksAsync("tools/call", $$""" "name":"{{tool}}","arguments":{{arguments}} """)).GetProperty("result").Text("taskId");

    private static async Task<JsonElement> GetAsync(McpSession session, string id) =>
        (await session.AskWithTasksAsync("tasks/get", $""" "taskId":"{id}" """)).GetProperty("result");

    /// <summary>Listens until the task is over, and polls it then.</summary>
    private static async Task<JsonElement> FinishAsync(McpSession session, string id)
    {
        await session.SendAsync(McpSession.ModernRequest("\"listen\"", "subscriptions/listen", $$""" "notifications":{"taskIds":["{{id}}"]} """, McpSession.TakesTasks));
        JsonElement told;
        do
        {
            told = (await session.ReadAsync()).GetProperty("params");
        }
        while (!told.TryGetProperty("status", out var status) || status.GetString() == "working");

        await session.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"listen"}}""");
        return await GetAsync(session, id);
    }
}
