using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Load on a running bus from this process: how many operations per second, and how long each takes.</summary>
internal sealed class BusLoad(IPEndPoint bus)
{
    private string _key = "";
    private string _channel = "";

    /// <summary>Mints a key and makes a channel of its own.</summary>
    public async Task PrepareAsync(string label)
    {
        using var client = await ConnectAsync();
        _key = await ReadAsync(client, RawHttpClient.Request("POST", "/v1/keys", "", $$"""{"agent_label":"{{label}}"}"""), "key");
        _channel = await ReadAsync(
            client, RawHttpClient.Request("POST", "/v1/channels", _key, $$"""{"name":"{{label}}","mode":"claimable"}"""), "id");
    }

    /// <summary>Posts messages on several connections at once.</summary>
    public Task<LoadResult> PostAsync(int connections, int total) =>
        RunAsync(connections, total, async (client, i) => await PostOneAsync(client, $"p{Guid.NewGuid():n}"));

    /// <summary>Claims and acknowledges what <see cref="PostAsync"/> posted, each message once.</summary>
    public async Task<LoadResult> ClaimAndAckAsync(int connections, int total)
    {
        var ids = await ListAsync(total);
        return await RunAsync(connections, ids.Count, async (client, i) =>
        {
            var actor = $$"""{"actor":"worker-{{i % connections}}"}""";
            await ExpectAsync(client, RawHttpClient.Request("POST", $"/v1/messages/{ids[i]}/claim-with-lease", _key, actor), 200);
            await ExpectAsync(client, RawHttpClient.Request("POST", $"/v1/messages/{ids[i]}/ack", _key, actor), 200);
        });
    }

    /// <summary>Times from a post to the answer of a listing that waited for it.</summary>
    public async Task<LoadResult> WakeAsync(int rounds)
    {
        await PrepareAsync("wake");
        using var poster = await ConnectAsync();
        using var waiter = await ConnectAsync();
        var times = new double[rounds];
        var cursor = "";
        for (var i = 0; i < rounds; i++)
        {
            var path = $"/v1/channels/{_channel}/messages?wait=20&cursor={Uri.EscapeDataString(cursor)}";
            var waiting = waiter.SendAsync(RawHttpClient.Request("GET", path, _key, "")).AsTask();

            // Long enough for the listing to be held; what is timed begins behind it.
            await Task.Delay(10);
            var start = Stopwatch.GetTimestamp();
            await PostOneAsync(poster, $"w{Guid.NewGuid():n}");
            var (_, body) = await waiting;
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            using var page = JsonDocument.Parse(body);
            cursor = page.RootElement.GetProperty("next_cursor").GetString()!;
        }

        Array.Sort(times);
        return new(0, times[rounds / 2], times[(int)(rounds * 0.99)]);
    }

    /// <summary>Connections that each wait for a first message; disposing ends them.</summary>
    public async Task<IAsyncDisposable> WaitIdleAsync(int waiters)
    {
        await PrepareAsync("idle");
        var clients = new List<RawHttpClient>();
        var requests = new List<Task>();
        for (var i = 0; i < waiters; i++)
        {
            var client = await ConnectAsync();
            clients.Add(client);
            requests.Add(client.SendAsync(RawHttpClient.Request("GET", $"/v1/channels/{_channel}/messages?wait=25", _key, "")).AsTask());
        }

        // The last one is held when an answer to a later request is there.
        using var last = await ConnectAsync();
        await ExpectAsync(last, RawHttpClient.Request("GET", "/health", _key, ""), 200);
        return new Waiters(clients, requests);
    }

    private sealed class Waiters(List<RawHttpClient> clients, List<Task> requests) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            clients.ForEach(client => client.Dispose());
            foreach (var request in requests)
            {
                await request.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task PostOneAsync(RawHttpClient client, string idempotencyKey) => ExpectAsync(
        client,
        RawHttpClient.Request("POST", $"/v1/channels/{_channel}/messages", _key, """{"content":"one task of an ordinary length, as agents write them"}""", idempotencyKey),
        201);

    private async Task<LoadResult> RunAsync(int connections, int total, Func<RawHttpClient, int, Task> operation)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectAsync()));
        var times = new double[total];
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < total; i = Interlocked.Increment(ref next))
            {
                var start = Stopwatch.GetTimestamp();
                await operation(client, i);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        foreach (var client in clients)
        {
            client.Dispose();
        }

        Array.Sort(times);
        return new(total / seconds, times[total / 2], times[(int)(total * 0.99)]);
    }

    private async Task<List<string>> ListAsync(int total)
    {
        using var client = await ConnectAsync();
        var ids = new List<string>();
        var cursor = "";
        while (ids.Count < total)
        {
            var path = $"/v1/channels/{_channel}/messages?limit=100&status=unclaimed&cursor={Uri.EscapeDataString(cursor)}";
            var (_, body) = await client.SendAsync(RawHttpClient.Request("GET", path, _key, ""));
            using var page = JsonDocument.Parse(body);
            var data = page.RootElement.GetProperty("data");
            if (data.GetArrayLength() == 0)
            {
                break;
            }

            ids.AddRange(data.EnumerateArray().Select(message => message.GetProperty("id").GetString()!));
            cursor = page.RootElement.GetProperty("next_cursor").GetString()!;
        }

        return ids.Count > total ? ids[..total] : ids;
    }

    private async Task<RawHttpClient> ConnectAsync()
    {
        var client = new RawHttpClient();
        await client.ConnectAsync(bus);
        return client;
    }

    private static async Task ExpectAsync(RawHttpClient client, byte[] request, int expected)
    {
        var (status, body) = await client.SendAsync(request);
        if (status != expected)
        {
            throw new InvalidOperationException($"{status} instead of {expected}: {System.Text.Encoding.UTF8.GetString(body.Span)}");
        }
    }

    private static async Task<string> ReadAsync(RawHttpClient client, byte[] request, string member)
    {
        var (_, body) = await client.SendAsync(request);
        using var answer = JsonDocument.Parse(body);
        return answer.RootElement.GetProperty(member).GetString()!;
    }
}

/// <summary>What a load measured.</summary>
/// <param name="MedianMs">Half of the operations took less.</param>
/// <param name="P99Ms">One in a hundred took more.</param>
internal sealed record LoadResult(double PerSecond, double MedianMs, double P99Ms);
