using System.Diagnostics;
using System.Text.Json;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Claimers that wait at a bus, and posts at a steady rate: how long a task takes from the answer to its poster to its worker.</summary>
internal sealed class ClaimerLoad(BusLoad load)
{
    private readonly Dictionary<string, long> posted = [];
    private readonly Dictionary<string, long> claimed = [];

    /// <summary>Answers to claims that had no task.</summary>
    public int Empty { get; private set; }

    /// <summary>Claims that brought a task which another claim had brought before.</summary>
    public int Repeated { get; private set; }

    /// <param name="claimers">Each on a connection of its own; each acknowledges what it gets and waits again.</param>
    public async Task<LoadResult> RunAsync(int claimers, int posts, int perSecond)
    {
        using var ended = new CancellationTokenSource();
        var working = Enumerable.Range(0, claimers).Select(number => Task.Run(() => WorkAsync(number, posts, ended))).ToList();
        await WaitForAsync(claimers);
        var clock = Stopwatch.StartNew();
        await PostAsync(posts, perSecond);
        await Task.WhenAll(working);
        var times = posted.Select(post => Math.Max(0, Stopwatch.GetElapsedTime(post.Value, claimed[post.Key]).TotalMilliseconds)).ToArray();
        return LoadResult.Of(times, clock.Elapsed);
    }

    private async Task PostAsync(int posts, int perSecond)
    {
        using var client = await load.ConnectAsync();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < posts; i++)
        {
            var due = TimeSpan.FromSeconds(i / (double)perSecond);
            if (due - clock.Elapsed is { Ticks: > 0 } early)
            {
                await Task.Delay(early);
            }

            var id = await load.PostForIdAsync(client);
            var answered = Stopwatch.GetTimestamp();
            lock (posted)
            {
                posted[id] = answered;
            }
        }
    }

    private async Task WorkAsync(int number, int posts, CancellationTokenSource ended)
    {
        var session = $"session-of-claimer-{number}";
        var claim = $$"""{"channels":["{{load.Channels[0]}}"],"session":"{{session}}","actor":"worker-{{number}}","wait":20}""";
        using var client = await load.ConnectAsync();
        using var abort = ended.Token.Register(client.Dispose);
        try
        {
            while (!ended.IsCancellationRequested)
            {
                var body = await load.SendAsync(client, "/v1/tasks/claim-next", claim, IdempotencyKey.New().Value);
                var answered = Stopwatch.GetTimestamp();
                using var answer = JsonDocument.Parse(body);
                var message = answer.RootElement.GetProperty("message");
                if (message.ValueKind == JsonValueKind.Null)
                {
                    lock (claimed)
                    {
                        Empty++;
                    }

                    continue;
                }

                var id = message.GetProperty("id").GetString()!;
                await load.SendAsync(client, $"/v1/messages/{id}/ack", $$"""{"session":"{{session}}"}""", null);
                lock (claimed)
                {
                    Repeated += claimed.TryAdd(id, answered) ? 0 : 1;
                    if (claimed.Count == posts)
                    {
                        ended.Cancel();
                    }
                }
            }
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // Its connection was closed under a claim that waited.
        }
    }

    private async Task WaitForAsync(int claimers)
    {
        using var client = await load.ConnectAsync();
        while (true)
        {
            using var workers = JsonDocument.Parse(await load.GetAsync(client, $"/v1/channels/{load.Channels[0]}/workers"));
            if (workers.RootElement.GetProperty("waiting").GetArrayLength() == claimers)
            {
                return;
            }
        }
    }
}
