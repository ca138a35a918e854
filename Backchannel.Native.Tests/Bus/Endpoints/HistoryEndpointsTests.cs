using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class HistoryEndpointsTests : IAsyncLifetime
{
    // A length that no other timer has: it tells when the bus waits for its next sweep.
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromSeconds(61);

    private readonly SignallingTimeProvider time = new();
    private TestBus bus = null!;
    private BusCaller caller = null!;
    private string channel = "";

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync(options => options with { DefaultTtlSeconds = 300, ExpiryInterval = ExpiryInterval }, time);
        caller = await BusCaller.MintAsync(bus, "a");
        channel = await caller.CreateAsync("lane");
        await time.TimerAsync(length => length == ExpiryInterval);
    }

    public Task DisposeAsync() => bus.DisposeAsync().AsTask();

    [Fact]
    public async Task The_history_shows_a_message_from_its_end_on_and_the_sweep_changes_nothing_in_it()
    {
        // The end lies right behind a sweep.
        time.Advance(TimeSpan.FromSeconds(1));
        var message = await caller.PostAsync(channel, "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim", """{"actor":"worker"}""");
        await SweptAfterAsync(TimeSpan.FromSeconds(299));

        time.Advance(TimeSpan.FromSeconds(2));
        var atOnce = await HistoryAsync();
        var stored = Stored("messages");
        await SweptAfterAsync(TimeSpan.FromSeconds(60));

        var entry = Assert.Single(atOnce.GetProperty("data").EnumerateArray());
        Assert.Equal((1, 0), (stored, Stored("messages")));
        Assert.Equal((message, entry.GetProperty("expires_at").GetString()), (entry.GetProperty("id").GetString(), entry.GetProperty("archived_at").GetString()));
        Assert.Equal("worker", entry.GetProperty("claimed_by").GetProperty("name").GetString());
        Assert.Equal(atOnce.GetRawText(), (await HistoryAsync()).GetRawText());
    }

    [Fact]
    public async Task Swept_unswept_and_retracted_messages_are_paged_in_one_order()
    {
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await caller.PostAsync(channel, $"{i}"));
            if (i == 2)
            {
                await SweptAfterAsync(TimeSpan.FromSeconds(120));
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        await caller.SendAsync("DELETE", $"/v1/messages/{ids[4]}");
        await SweptAfterAsync(TimeSpan.FromSeconds(240));
        time.Advance(TimeSpan.FromSeconds(60));

        var paged = new List<string?>();
        for (var cursor = ""; cursor.Length > 0 || paged.Count == 0;)
        {
            var page = await HistoryAsync($"?limit=2&cursor={Uri.EscapeDataString(cursor)}");
            paged.AddRange(page.GetProperty("data").EnumerateArray().Select(message => message.GetProperty("id").GetString()));
            cursor = page.GetProperty("next_cursor").GetString() ?? "";
        }

        Assert.Equal((2, 4), (Stored("messages"), Stored("archive")));
        Assert.Equal(Enumerable.Reverse(ids), paged);
    }

    [Fact]
    public async Task What_is_over_is_counted_nowhere_from_its_end_on()
    {
        var over = await caller.PostAsync(channel, "over");
        await caller.SendAsync("POST", $"/v1/messages/{over}/claim", "{}");
        time.Advance(TimeSpan.FromSeconds(1));
        await caller.SendAsync("POST", $"/v1/messages/{over}/ack", "{}");
        time.Advance(TimeSpan.FromSeconds(290));
        var living = await caller.PostAsync(channel, "living");
        await caller.SendAsync("POST", $"/v1/messages/{living}/claim", "{}");

        time.Advance(TimeSpan.FromSeconds(10));
        var metrics = (await caller.SendAsync("GET", $"/v1/channels/{channel}/metrics")).Json;
        var totals = (await caller.SendAsync("GET", "/v1/observability/metrics")).Json;

        Assert.Equal("""{"total":1,"unclaimed":0,"claimed":1,"acknowledged":0}""", metrics.GetProperty("message_counts").GetRawText());
        Assert.Equal(JsonValueKind.Null, metrics.GetProperty("avg_claim_to_ack_ms").ValueKind);
        Assert.Equal("1 1", string.Join(' ', totals.EnumerateObject().Skip(2).Take(2).Select(member => member.Value.GetRawText())));
    }

    /// <summary>Lets time pass, and waits for the end of the pass that this starts.</summary>
    private async Task SweptAfterAsync(TimeSpan span)
    {
        time.Advance(span);
        await time.TimerAsync(length => length == ExpiryInterval);
    }

    private long Stored(string table) => DatabaseFile.QueryInteger(bus.DatabasePath, $"SELECT count(*) FROM {table}");

    private async Task<JsonElement> HistoryAsync(string query = "") =>
        (await caller.SendAsync("GET", $"/v1/channels/{channel}/history{query}")).Json;
}
