namespace Backchannel.Native.Tests.Measurements;

/// <summary>What each request takes on a bus with few and on a bus with many stored messages, one after the other on one connection.</summary>
internal sealed class BusGrowth(BusLoad few, StoredBus fewStored, BusLoad many, StoredBus manyStored)
{
    private const int Rounds = 200;

    /// <summary>Rows with the median of both and their ratio.</summary>
    public async IAsyncEnumerable<BenchRow> RunAsync()
    {
        few.Use(fewStored.Key, [fewStored.Large]);
        many.Use(manyStored.Key, [manyStored.Large]);
        yield return await ReadAsync("channel listing, first page", stored => $"/v1/channels/{stored.Large}/messages");
        yield return await ReadAsync("the same from the middle", stored => $"/v1/channels/{stored.Large}/messages?cursor={Uri.EscapeDataString(stored.Middle)}");
        yield return await ReadAsync("listing status=unclaimed, from the middle", stored => $"/v1/channels/{stored.Large}/messages?status=unclaimed&cursor={Uri.EscapeDataString(stored.Middle)}");
        yield return await ReadAsync("listing status=claimed, from the middle", stored => $"/v1/channels/{stored.Large}/messages?status=claimed&cursor={Uri.EscapeDataString(stored.Middle)}");
        yield return await ReadAsync("history", stored => $"/v1/channels/{stored.Large}/history");
        yield return await ReadAsync("events", stored => $"/v1/channels/{stored.Large}/events");
        yield return await ReadAsync("channel metrics", stored => $"/v1/channels/{stored.Large}/metrics");
        yield return await ReadAsync("a channel by its name", _ => "/v1/channels/large");
        yield return await ReadAsync("channels", _ => "/v1/channels?limit=50");
        yield return await ReadAsync("a key's totals", _ => "/v1/observability/metrics");
        yield return await ReadAsync("a key itself", _ => "/v1/keys/me");
        yield return await ReadAsync("audit", _ => "/v1/security/audit");
        yield return await ReadAsync("sessions", _ => "/v1/sessions");
        yield return await ReadAsync("/health", _ => "/health");
        yield return await ReadAsync("/status", _ => "/status");
        yield return await ReadAsync("/metrics", _ => "/metrics");
        yield return await WriteAsync("tasks/claim", (_, _) => "/v1/tasks/claim", (stored, i) => $$"""{"channel":"{{stored.Large}}","actor":"w{{i % 8}}"}""");
        yield return await WriteAsync(
            "post into a channel that is full to max_messages",
            (stored, _) => $"/v1/channels/{stored.Full}/messages",
            (_, i) => """{"content":"one task of an ordinary length, as agents write them"}""",
            201);

        var fewFree = await few.FreeAsync(0, Rounds);
        var manyFree = await many.FreeAsync(0, Rounds);
        foreach (var (what, method, suffix) in new[]
        {
            ("claim with lease", "POST", "/claim-with-lease"),
            ("a message by its id", "GET", ""),
            ("release", "POST", "/release"),
            ("claim", "POST", "/claim"),
            ("ack", "POST", "/ack"),
            ("release after the ack", "POST", "/release"),
            ("retract", "DELETE", ""),
        })
        {
            yield return Row(
                what,
                await few.RepeatAsync(method, i => $"/v1/messages/{fewFree[i]}{suffix}", _ => "", fewFree.Count),
                await many.RepeatAsync(method, i => $"/v1/messages/{manyFree[i]}{suffix}", _ => "", manyFree.Count));
        }
    }

    private async Task<BenchRow> ReadAsync(string what, Func<StoredBus, string> path) => Row(
        what,
        await few.RepeatAsync("GET", _ => path(fewStored), _ => "", Rounds),
        await many.RepeatAsync("GET", _ => path(manyStored), _ => "", Rounds));

    private async Task<BenchRow> WriteAsync(string what, Func<StoredBus, int, string> path, Func<StoredBus, int, string> body, int expected = 200) => Row(
        what,
        await few.RepeatAsync("POST", i => path(fewStored, i), i => body(fewStored, i), Rounds, expected),
        await many.RepeatAsync("POST", i => path(manyStored, i), i => body(manyStored, i), Rounds, expected));

    private static BenchRow Row(string what, LoadResult few, LoadResult many) => new(
        $"one request with 1,000,000 stored messages: {what}",
        $"{Bench.Text(many.MedianMs, "ms")}, p99 {Bench.Text(many.P99Ms, "ms")}",
        $"with 1,000: {Bench.Text(few.MedianMs, "ms")}, p99 {Bench.Text(few.P99Ms, "ms")}",
        many.MedianMs / few.MedianMs,
        "");
}
