using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>A task that a runner took on a channel of its own, as its poster then sees it.</summary>
/// <param name="Id">Of the message.</param>
/// <param name="Json">What <c>await_result</c> says.</param>
/// <param name="Log">What the runner logged.</param>
internal sealed record WorkedTask(string Id, JsonElement Json, string Log)
{
    public string Answer => Json.GetRawText();

    public string Status => Json.Text("status");

    public string? Result => Json.TryGetProperty("result", out var result) ? result.Text("content") : null;

    /// <param name="line">What a shell does as the command.</param>
    /// <param name="options">Of the runner.</param>
    /// <param name="post">Further parameters of the post.</param>
    /// <param name="seconds">How long the poster waits.</param>
    public static async Task<WorkedTask> RunAsync(
        string home, string line, string content, IReadOnlyList<string> options, IReadOnlyList<string> post, int seconds = 50)
    {
        var channel = $"lane-{Guid.NewGuid():n}";
        await using var runner = await RunnerProcess.StartAsync(home, [channel, "--local", "--once", .. options, "--", "sh", "-c", line]);
        var id = await RunnerProcess.PostAsync(home, channel, content, [.. post]);
        await runner.EndAsync();
        return new(id, await RunnerProcess.AwaitAsync(home, id, seconds), runner.Log);
    }
}
