using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>Two sessions of the published file steer one task while it is worked on, over MCP.</summary>
public sealed partial class SteeringTests : IDisposable
{
    /// <summary>How soon each side sees what the other one says.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Question_answer_progress_and_cancel_each_reach_the_other_side_soon_and_without_polling()
    {
        await using var bus = await ServedBus.StartAsync(Path.Combine(home.Path, "bus.db"));
        await using var poster = await AgentProcess.StartAsync(home.Path, "poster", bus.BaseUrl);
        await using var worker = await AgentProcess.StartAsync(home.Path, "worker", bus.BaseUrl);
        var task = (await poster.CallAsync("post_task", """{"channel":"lane","content":"measure it"}""")).Text("message_id");
        await worker.CallAsync("claim_task", """{"channel":"lane"}""");
        var before = await RequestsAsync(bus);

        var awaiting = poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":600}""", "7");
        await ProgressAsync(poster, "claimed by worker");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":40,"note":"half"}""");
        await ProgressAsync(poster, "claimed by worker: 40 %, half").Within(limit: Soon);

        var asking = worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?","wait_seconds":50}""");
        var asked = await awaiting.Within(limit: Soon);
        Assert.Equal(("question", "Which unit?"), (asked.Text("status"), asked.GetProperty("question").Text("text")));

        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");
        Assert.Equal("Metres.", (await asking.Within(limit: Soon)).GetProperty("answer").Text("text"));

        asking = worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which colour?","wait_seconds":50}""");
        asked = await poster.CallAsync("await_result", $$"""{"message_ids":["{{task}}"],"timeout_seconds":50}""");
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}","reason":"No longer needed."}""");
        var told = await asking.Within(limit: Soon);

        Assert.Equal("Which colour?", asked.GetProperty("question").Text("text"));
        Assert.Equal("cancelled", told.Text("status"));
        Assert.Contains("No longer needed.", told.Text("note"), StringComparison.Ordinal);
        Assert.InRange(await RequestsAsync(bus) - before, 1, 60);
    }

    /// <summary>Reads progress messages until one begins like this.</summary>
    private static async Task ProgressAsync(AgentProcess agent, string text)
    {
        while (!Message(await agent.Notifications.ReadAsync().AsTask().Within(what: text)).StartsWith(text, StringComparison.Ordinal))
        {
        }

        static string Message(JsonElement notification) =>
            notification.TryGetProperty("params", out var parameters) && parameters.TryGetProperty("message", out var text) ? text.GetString()! : "";
    }

    /// <summary>Requests that the bus has answered.</summary>
    private static async Task<int> RequestsAsync(ServedBus bus) =>
        Total().Matches(await bus.Http.GetStringAsync("/metrics")).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^backchannel_requests_total\{[^}]*\} (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Total();
}
