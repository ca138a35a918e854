using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Load on a running bus from this process: how many operations per second, and how long each takes.</summary>
internal sealed class BusLoad(IPEndPoint bus)
{
    /// <summary>What each post says.</summary>
    public const string Content = "one task of an ordinary length, as agents write them";

    /// <summary>How the answer to each post begins.</summary>
    public const string Posted = "HTTP/1.1 201 ";

    private string key = "";
    private IReadOnlyList<string> channels = [];

    /// <summary>Of the bus.</summary>
    public int Port => bus.Port;

    /// <summary>The raw key that it works with.</summary>
    public string Key => key;

    /// <summary>Ids of the channels that it works with.</summary>
    public IReadOnlyList<string> Channels => channels;

    /// <summary>Mints a key and makes channels of its own.</summary>
    /// <param name="webhook">Where new messages of the first channel are told; null for nowhere.</param>
    public async Task PrepareAsync(string label, int channels = 1, string? webhook = null)
    {
        using var client = await ConnectAsync();
        this.key = await ReadAsync(client, RawHttpClient.Request("POST", "/v1/keys", "", $$"""{"agent_label":"{{label}}"}"""), "key");
        var made = new List<string>();
        for (var i = 0; i < channels; i++)
        {
            var target = i == 0 && webhook is not null ? $$""","webhook_url":"{{webhook}}","webhook_secret":"s" """ : "";
            var body = $$"""{"name":"{{label}}-{{i}}","mode":"claimable"{{target}}}""";
            made.Add(await ReadAsync(client, RawHttpClient.Request("POST", "/v1/channels", this.key, body), "id"));
        }

        this.channels = made;
    }

    /// <summary>Works with a key and channels that are there already.</summary>
    public void Use(string key, IReadOnlyList<string> channels)
    {
        this.key = key;
        this.channels = channels;
    }

    /// <summary>Posts messages on several connections at once, into one channel after the other.</summary>
    public Task<LoadResult> PostAsync(int connections, int total) =>
        RunAsync(connections, total, async (client, i) => await PostOneAsync(client, i, IdempotencyKey.New().Value));

    /// <summary>A post into each channel, for another program to send.</summary>
    public IEnumerable<string> PostRequests(string idempotencyKey) =>
        channels.Select((_, number) => System.Text.Encoding.ASCII.GetString(Post(number, idempotencyKey)));

    /// <summary>Posts on several connections at once until it is stopped.</summary>
    /// <param name="pause">Between two posts of a connection.</param>
    public async Task<LoadResult> PostUntilAsync(int connections, TimeSpan pause, CancellationToken stop)
    {
        var times = new ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var client = await ConnectAsync();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await PostOneAsync(client, i, IdempotencyKey.New().Value);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                await Task.Delay(pause);
            }
        })));
        return LoadResult.Of([.. times], clock.Elapsed);
    }

    /// <summary>One request on a connection of <see cref="ConnectAsync"/>.</summary>
    /// <returns>Its time in milliseconds.</returns>
    public async Task<double> TimeAsync(RawHttpClient client, string method, string path, string body, int expected)
    {
        var request = RawHttpClient.Request(method, path, this.key, body, method == "GET" ? null : IdempotencyKey.New().Value);
        var start = Stopwatch.GetTimestamp();
        await ExpectAsync(client, request, expected);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Claims and acknowledges free messages, each once.</summary>
    public async Task<LoadResult> ClaimAndAckAsync(int connections, int total)
    {
        var ids = await ListAsync(total);
        return await RunAsync(connections, ids.Count, async (client, i) =>
        {
            var actor = $$"""{"actor":"worker-{{i % connections}}"}""";
            await ExpectAsync(client, RawHttpClient.Request("POST", $"/v1/messages/{ids[i]}/claim-with-lease", this.key, actor), 200);
            await ExpectAsync(client, RawHttpClient.Request("POST", $"/v1/messages/{ids[i]}/ack", this.key, actor), 200);
        });
    }

    /// <summary>Claims whatever is best in one channel after the other and acknowledges it.</summary>
    public Task<LoadResult> ClaimNextAndAckAsync(int connections, int total) => RunAsync(connections, total, async (client, i) =>
    {
        var session = $"session-of-worker-{i % connections}";
        var claim = $$"""{"channels":["{{this.channels[i % this.channels.Count]}}"],"session":"{{session}}","actor":"worker-{{i % connections}}"}""";
        using var claimed = JsonDocument.Parse(await SendAsync(client, "/v1/tasks/claim-next", claim, IdempotencyKey.New().Value));
        var id = claimed.RootElement.GetProperty("message").GetProperty("id").GetString();
        await SendAsync(client, $"/v1/messages/{id}/ack", $$"""{"session":"{{session}}"}""", null);
    });

    /// <summary>Claims whatever is best in the first channel, and acknowledges it with the claim of the next: a request for each task.</summary>
    /// <param name="total">Tasks that are there; the first and the last of each connection are not timed.</param>
    public async Task<LoadResult> AckAndClaimNextAsync(int connections, int total)
    {
        var workers = new ConcurrentDictionary<RawHttpClient, (string Session, string Task)>();
        var number = 0;
        var result = await LoadRun.RunAsync(
            connections,
            total - connections,
            async () =>
            {
                var client = await ConnectAsync();
                var session = $"session-of-worker-{Interlocked.Increment(ref number)}";
                workers[client] = (session, await TakeAsync(client, session, ""));
                return client;
            },
            async (client, _) =>
            {
                var (session, done) = workers[client];
                workers[client] = (session, await TakeAsync(client, session, $$""","ack":{"message_id":"{{done}}"}"""));
            });
        using var last = await ConnectAsync();
        foreach (var (session, task) in workers.Values)
        {
            await SendAsync(last, $"/v1/messages/{task}/ack", $$"""{"session":"{{session}}"}""", null);
        }

        return result;

        async Task<string> TakeAsync(RawHttpClient client, string session, string ack)
        {
            var body = $$"""{"channels":["{{this.channels[0]}}"],"session":"{{session}}","actor":"{{session}}"{{ack}}}""";
            using var claimed = JsonDocument.Parse(await SendAsync(client, "/v1/tasks/claim-next", body, IdempotencyKey.New().Value));
            return claimed.RootElement.GetProperty("message").GetProperty("id").GetString()!;
        }
    }

    /// <summary>Sends a POST and reads its answer, which holds until the next request.</summary>
    public async Task<ReadOnlyMemory<byte>> SendAsync(RawHttpClient client, string path, string body, string? idempotencyKey)
    {
        var (status, answer) = await client.SendAsync(RawHttpClient.Request("POST", path, this.key, body, idempotencyKey));
        return status == 200 ? answer : throw new InvalidOperationException($"{status} from {path}: {System.Text.Encoding.UTF8.GetString(answer.Span)}");
    }

    public async Task<ReadOnlyMemory<byte>> GetAsync(RawHttpClient client, string path) =>
        (await client.SendAsync(RawHttpClient.Request("GET", path, this.key, ""))).Body;

    /// <summary>Posts to the first channel.</summary>
    /// <returns>The id of the message.</returns>
    public async Task<string> PostForIdAsync(RawHttpClient client)
    {
        var request = RawHttpClient.Request(
            "POST", $"/v1/channels/{this.channels[0]}/messages", this.key, $$"""{"content":"{{Content}}"}""", IdempotencyKey.New().Value);
        using var answer = JsonDocument.Parse((await client.SendAsync(request)).Body);
        return answer.RootElement.GetProperty("message").GetProperty("id").GetString()!;
    }

    /// <summary>Times from a post to the answer of a listing that waited for it.</summary>
    /// <param name="label">Of the key that posts and waits.</param>
    public async Task<LoadResult> WakeAsync(int rounds, string label = "wake")
    {
        await PrepareAsync(label);
        using var poster = await ConnectAsync();
        using var waiter = await ConnectAsync();
        var times = new double[rounds];
        var cursor = "";
        for (var i = 0; i < rounds; i++)
        {
            var path = $"/v1/channels/{this.channels[0]}/messages?wait=20&cursor={Uri.EscapeDataString(cursor)}";
            var waiting = waiter.SendAsync(RawHttpClient.Request("GET", path, this.key, "")).AsTask();

            // Long enough for the listing to be held; what is timed begins behind it.
            await Task.Delay(10);
            var start = Stopwatch.GetTimestamp();
            await PostOneAsync(poster, 0, IdempotencyKey.New().Value);
            var (_, body) = await waiting;
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            using var page = JsonDocument.Parse(body);
            cursor = page.RootElement.GetProperty("next_cursor").GetString()!;
        }

        return LoadResult.Of(times, TimeSpan.Zero);
    }

    /// <summary>Time from a post until the last one of many that wait for the same message has it.</summary>
    public async Task<LoadResult> WakeAllAsync(int waiters, int rounds)
    {
        await PrepareAsync("herd");
        using var poster = await ConnectAsync();
        var clients = new List<RawHttpClient>();
        for (var i = 0; i < waiters; i++)
        {
            clients.Add(await ConnectAsync());
        }

        var times = new double[rounds];
        var cursor = "";
        for (var i = 0; i < rounds; i++)
        {
            var request = RawHttpClient.Request("GET", $"/v1/channels/{this.channels[0]}/messages?wait=20&cursor={Uri.EscapeDataString(cursor)}", this.key, "");
            var waiting = clients.ConvertAll(client => client.SendAsync(request).AsTask());
            await Task.Delay(500);
            var start = Stopwatch.GetTimestamp();
            await PostOneAsync(poster, 0, IdempotencyKey.New().Value);
            var answers = await Task.WhenAll(waiting);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            using var page = JsonDocument.Parse(answers[0].Body);
            cursor = page.RootElement.GetProperty("next_cursor").GetString()!;
        }

        clients.ForEach(client => client.Dispose());
        return LoadResult.Of(times, TimeSpan.Zero);
    }

    /// <summary>Connections that each wait for a first message; disposing ends them.</summary>
    /// <param name="label">Of the key that they use.</param>
    public async Task<IAsyncDisposable> WaitIdleAsync(int waiters, string label = "idle")
    {
        await PrepareAsync(label);
        var clients = new List<RawHttpClient>();
        var requests = new List<Task>();
        for (var i = 0; i < waiters; i++)
        {
            var client = await ConnectAsync();
            clients.Add(client);
            requests.Add(client.SendAsync(RawHttpClient.Request("GET", $"/v1/channels/{this.channels[0]}/messages?wait=25", this.key, "")).AsTask());
        }

        // The last one is held when an answer to a later request is there.
        using var last = await ConnectAsync();
        await ExpectAsync(last, RawHttpClient.Request("GET", "/health", this.key, ""), 200);
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

    private Task PostOneAsync(RawHttpClient client, int number, string idempotencyKey) => ExpectAsync(client, Post(number, idempotencyKey), 201);

    private byte[] Post(int number, string idempotencyKey) => RawHttpClient.Request(
        "POST", $"/v1/channels/{channels[number % channels.Count]}/messages", key, $$"""{"content":"{{Content}}"}""", idempotencyKey);

    private Task<LoadResult> RunAsync(int connections, int total, Func<RawHttpClient, int, Task> operation) =>
        LoadRun.RunAsync(connections, total, ConnectAsync, operation);

    private async Task<List<string>> ListAsync(int total)
    {
        var ids = new List<string>();
        var perChannel = Math.Max(1, (int)Math.Ceiling(total / (double)this.channels.Count));
        for (var i = 0; i < this.channels.Count && ids.Count < total; i++)
        {
            ids.AddRange(await FreeAsync(i, perChannel));
        }

        return ids.Count > total ? ids[..total] : ids;
    }

    /// <summary>Ids of the oldest messages of a channel that nobody has taken.</summary>
    public async Task<IReadOnlyList<string>> FreeAsync(int channel, int total)
    {
        using var client = await ConnectAsync();
        var ids = new List<string>();
        var cursor = "";
        while (ids.Count < total)
        {
            var limit = Math.Min(100, total - ids.Count);
            var path = $"/v1/channels/{this.channels[channel]}/messages?limit={limit}&status=unclaimed&cursor={Uri.EscapeDataString(cursor)}";
            var (_, body) = await client.SendAsync(RawHttpClient.Request("GET", path, this.key, ""));
            using var page = JsonDocument.Parse(body);
            var data = page.RootElement.GetProperty("data");
            ids.AddRange(data.EnumerateArray().Select(message => message.GetProperty("id").GetString()!));
            if (data.GetArrayLength() < limit)
            {
                break;
            }

            cursor = page.RootElement.GetProperty("next_cursor").GetString()!;
        }

        return ids;
    }

    public async Task<RawHttpClient> ConnectAsync()
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
