namespace Backchannel.Native.Tests.Measurements;

/// <summary>What each request takes on a bus with few and on a bus with many stored messages, one after the other and in turns, so that noise meets both.</summary>
internal sealed class BusGrowth(BusLoad few, StoredBus fewStored, BusLoad many, StoredBus manyStored, int stored)
{
    private const int Rounds = 150;

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
            yield return await RowAsync(
                what, method, (stored, i) => $"/v1/messages/{(stored == fewStored ? fewFree : manyFree)[i]}{suffix}", (_, _) => "", 200);
        }
    }

    private Task<BenchRow> ReadAsync(string what, Func<StoredBus, string> path) =>
        RowAsync(what, "GET", (stored, _) => path(stored), (_, _) => "", 200);

    private Task<BenchRow> WriteAsync(string what, Func<StoredBus, int, string> path, Func<StoredBus, int, string> body, int expected = 200) =>
        RowAsync(what, "POST", path, body, expected);

    private async Task<BenchRow> RowAsync(
        string what, string method, Func<StoredBus, int, string> path, Func<StoredBus, int, string> body, int expected)
    {
        using var fewClient = await few.ConnectAsync();
        using var manyClient = await many.ConnectAsync();
        var (fewTimes, manyTimes) = (new double[Rounds], new double[Rounds]);
        for (var i = 0; i < Rounds; i++)
        {
            fewTimes[i] = await few.TimeAsync(fewClient, method, path(fewStored, i), body(fewStored, i), expected);
            manyTimes[i] = await many.TimeAsync(manyClient, method, path(manyStored, i), body(manyStored, i), expected);
        }

        var (fewResult, manyResult) = (LoadResult.Of(fewTimes, TimeSpan.Zero), LoadResult.Of(manyTimes, TimeSpan.Zero));
        return new(
            $"one request with {stored:N0} stored messages: {what}",
            $"{Bench.Text(manyResult.MedianMs, "ms")}, p99 {Bench.Text(manyResult.P99Ms, "ms")}",
            $"with 1,000: {Bench.Text(fewResult.MedianMs, "ms")}, p99 {Bench.Text(fewResult.P99Ms, "ms")}",
            manyResult.MedianMs / fewResult.MedianMs,
            "");
    }
}
