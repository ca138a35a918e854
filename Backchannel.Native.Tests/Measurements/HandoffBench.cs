using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>What MCP adds to a post and a claim: the same requests by a bare HttpClient, on the same bus, turn and turn about.</summary>
internal static class HandoffBench
{
    private const int Rounds = 400;
    private const int WarmUp = 50;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(string executable, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Directory.CreateTempSubdirectory("bench-bus-").FullName;
        var bus = new LineProcess(
            executable,
            new Dictionary<string, string> { ["HOME"] = folder, ["BACKCHANNEL_RATE_LIMIT"] = "0" },
            "serve", "--listen", "127.0.0.1:0", "--db", Path.Combine(folder, "bus.db"), "--log-level", "ERROR");
        try
        {
            var line = Encoding.UTF8.GetString(bus.ReadLine()).Trim();
            var baseUrl = line[line.IndexOf("http://", StringComparison.Ordinal)..];
            return await CompareAsync(executable, environment, baseUrl);
        }
        finally
        {
            bus.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchRow>> CompareAsync(
        string executable, IReadOnlyDictionary<string, string> environment, string baseUrl)
    {
        using var session = Bench.StartSession(
            executable, new Dictionary<string, string>(environment) { ["BACKCHANNEL_BASE_URL"] = baseUrl });
        using var bare = new BareClient(baseUrl);
        await bare.StartAsync();

        var posts = (Mcp: new List<double>(), Bare: new List<double>());
        var claims = (Mcp: new List<double>(), Bare: new List<double>());
        for (var i = 0; i < Rounds + WarmUp; i++)
        {
            var mcpPost = Time(() => Call(session, "post_task", """{"channel":"bench","content":"one task"}"""));
            var barePost = await TimeAsync(bare.PostAsync);
            var claimed = "";
            var mcpClaim = Time(() => claimed = Call(session, "claim_task", """{"channel":"bench"}"""));
            var bareClaim = await TimeAsync(bare.ClaimAsync);

            // As a worker does, which holds a few tasks and not hundreds. Not part of the figures.
            Call(session, "ack_task", $$"""{"message_id":"{{MessageIdOf(claimed)}}"}""");
            await bare.FinishAsync();
            if (i >= WarmUp)
            {
                posts.Mcp.Add(mcpPost);
                posts.Bare.Add(barePost);
                claims.Mcp.Add(mcpClaim);
                claims.Bare.Add(bareClaim);
            }
        }

        return
        [
            Row("`post_task`", posts.Mcp, posts.Bare),
            Row("`claim_task`", claims.Mcp, claims.Bare),
            new(
                $"`claim_task` beside `post_task`, median of {Rounds}", Bench.Text(Bench.Median(claims.Mcp), "ms"),
                $"`post_task`: {Bench.Text(Bench.Median(posts.Mcp), "ms")}", Bench.Median(claims.Mcp) / Bench.Median(posts.Mcp), "ratio ≤ 1.1"),
        ];
    }

    private static BenchRow Row(string tool, List<double> mcp, List<double> bare) => new(
        $"{tool} through MCP, median of {Rounds}",
        Bench.Text(Bench.Median(mcp), "ms"),
        $"the same requests by a bare HttpClient: {Bench.Text(Bench.Median(bare), "ms")}",
        Bench.Median(mcp) / Bench.Median(bare),
        "ratio ≤ 1.15");

    private static string MessageIdOf(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("result").GetProperty("structuredContent").GetProperty("message_id").GetString()!;
    }

    private static string Call(LineProcess session, string tool, string arguments)
    {
        var answer = session.Exchange(
            $$"""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"{{tool}}","arguments":{{arguments}} } }""");
        if (answer.Contains("\"isError\":true", StringComparison.Ordinal) || answer.Contains("\"error\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(answer);
        }

        return answer;
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var clock = Stopwatch.StartNew();
        await action();
        return clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>The requests that the tools send, with the same bodies over the same handler, without anything around them.</summary>
    private sealed class BareClient(string baseUrl) : IDisposable
    {
        private readonly HttpClient http = Connect(baseUrl);
        private readonly string session = Guid.NewGuid().ToString("n");
        private string channel = "";
        private JsonDocument? claimed;

        public async Task StartAsync()
        {
            using var key = await SendAsync(HttpMethod.Post, "/v1/keys", """{"agent_label":"bare"}""");
            this.http.DefaultRequestHeaders.Add("X-API-Key", key.RootElement.GetProperty("key").GetString());
            using var channel = await SendAsync(HttpMethod.Post, "/v1/channels", """{"name":"bare","mode":"claimable"}""");
            this.channel = channel.RootElement.GetProperty("id").GetString()!;
        }

        public async Task PostAsync()
        {
            using var posted = await SendAsync(HttpMethod.Post, $"/v1/channels/{this.channel}/tasks", """{"content":"one task","actor_label":"bare","max_attempts":5}""");
        }

        public async Task ClaimAsync()
        {
            claimed?.Dispose();
            claimed = await SendAsync(
                HttpMethod.Post, "/v1/tasks/claim-next", $$"""{"channels":["{{this.channel}}"],"actor":"bare","session":"{{this.session}}","lease_seconds":300}""");
        }

        public async Task FinishAsync()
        {
            var id = claimed!.RootElement.GetProperty("message").GetProperty("id").GetString();
            using var finished = await SendAsync(
                HttpMethod.Post, $"/v1/messages/{id}/finish", $$"""{"session":"{{this.session}}","outcome":"acknowledged","actor":"bare"}""");
        }

        public void Dispose()
        {
            claimed?.Dispose();
            this.http.Dispose();
        }

        private static HttpClient Connect(string baseUrl)
        {
            var http = new HttpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
                ActivityHeadersPropagator = null,
            })
            {
                BaseAddress = new Uri(baseUrl),
            };
            http.DefaultRequestHeaders.Add("User-Agent", "bare");
            http.DefaultRequestHeaders.Add("Accept", "application/json");
            return http;
        }

        private async Task<JsonDocument> SendAsync(HttpMethod method, string path, string? body)
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                request.Headers.Add("Idempotency-Key", IdempotencyKey.New().Value);
            }

            using var response = await this.http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        }
    }
}
