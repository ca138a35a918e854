using System.Collections.Concurrent;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>Poster processes: they post the tasks of one lane, and wait for the result of each.</summary>
internal sealed class PosterCrowd(IReadOnlyList<AgentProcess> posters, string lane) : IAsyncDisposable
{
    /// <summary>Calls under way at once in each process.</summary>
    private const int CallsAtOnce = 8;

    /// <summary>Id and content of each task.</summary>
    public ConcurrentDictionary<string, string> Posted { get; } = new();

    /// <summary>The answer to <c>await_result</c>, for each task that is done.</summary>
    public ConcurrentDictionary<string, Outcome> Results { get; } = new();

    public static async Task<PosterCrowd> StartAsync(string home, string baseUrl, string lane, int size) =>
        new(await Task.WhenAll(Enumerable.Range(0, size).Select(place => AgentProcess.StartAsync(home, $"poster-{place}", baseUrl))), lane);

    /// <summary>Posts so many tasks more. The first one makes the lane.</summary>
    public Task PostAsync(int tasks) => ForEachAsync(Enumerable.Range(Posted.Count, tasks), async (poster, number) =>
    {
        var answer = await poster.CallAsync("post_task", $$"""{"channel":"{{lane}}","content":"task {{number}}"}""");
        Assert.True(Posted.TryAdd(answer.Text("message_id"), $"task {number}"));
    });

    /// <summary>Waits until the last task is done.</summary>
    public Task AwaitAsync() => ForEachAsync(Posted.Keys, async (poster, task) =>
    {
        while (!Results.ContainsKey(task))
        {
            var answer = await poster.CallAsync("await_result", $$"""{"channel":"{{lane}}","message_id":"{{task}}"}""");
            if (answer.Text("status") == "acknowledged")
            {
                Results[task] = new(answer.Text("acknowledged_by"), answer.GetProperty("result").Text("content"));
            }
        }
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var poster in posters)
        {
            await poster.DisposeAsync();
        }
    }

    private async Task ForEachAsync<T>(IEnumerable<T> items, Func<AgentProcess, T, Task> act)
    {
        var waiting = new ConcurrentQueue<T>(items);
        await Task.WhenAll(posters.SelectMany(poster => Enumerable.Repeat(poster, CallsAtOnce)).Select(async poster =>
        {
            while (waiting.TryDequeue(out var item))
            {
                await act(poster, item);
            }
        }));
    }

    internal sealed record Outcome(string AcknowledgedBy, string Result);
}
