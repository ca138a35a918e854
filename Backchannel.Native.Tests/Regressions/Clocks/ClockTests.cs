using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Clocks;

/// <summary>A bus whose machine's clock is set while it runs.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private static readonly TimeSpan Decade = TimeSpan.FromDays(3650);

    private readonly SignallingTimeProvider time = new();
    private TestBus bus = null!;
    private BusCaller caller = null!;

    public async Task InitializeAsync()
    {
        // No sweep runs unless a test lets one.
        bus = await TestBus.StartAsync(options => options with { DefaultTtlSeconds = 300, ExpiryInterval = TimeSpan.Zero }, time);
        caller = await BusCaller.MintAsync(bus, "a");
    }

    public Task DisposeAsync() => bus.DisposeAsync().AsTask();

    [Fact]
    public async Task After_a_wrong_reading_far_ahead_a_message_lives_as_long_as_its_channel_says()
    {
        var channel = await caller.CreateAsync("lane");
        time.Set(Decade);
        var ahead = await PostAsync(channel, "ahead");
        time.Set(-Decade);

        var right = await PostAsync(channel, "right again");
        var now = time.GetUtcNow();
        var before = await ContentsAsync($"/v1/channels/{channel}/messages?status=unclaimed");
        time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(now.AddSeconds(300), Time(right, "expires_at"));
        Assert.True(Time(right, "created_at") > Time(ahead, "created_at"));
        Assert.Equal(["ahead", "right again"], before);
        Assert.Equal(["ahead"], await ContentsAsync($"/v1/channels/{channel}/messages"));
        Assert.Equal(["right again"], await ContentsAsync($"/v1/channels/{channel}/history"));
    }

    [Fact]
    public async Task What_ends_before_a_time_is_found_among_messages_whose_creation_ran_ahead()
    {
        var (brief, channel) = (await CreateAsync("\"ttl_seconds\":300"), await CreateAsync("\"ttl_seconds\":3600"));
        await PostAsync(channel, "ordinary");
        time.Set(Decade);
        await PostAsync(brief, "ahead");
        time.Set(-Decade);
        await PostAsync(channel, "running ahead");
        var bound = Uri.EscapeDataString(time.GetUtcNow().AddSeconds(3601).ToString("O", CultureInfo.InvariantCulture));

        Assert.Equal(["ordinary", "running ahead"], await ContentsAsync($"/v1/channels/{channel}/messages?expiring_before={bound}"));
    }

    [Fact]
    public async Task After_a_wrong_reading_far_ahead_a_channels_minute_is_a_minute()
    {
        var channel = await CreateAsync("\"max_writes_per_minute\":2");
        time.Set(Decade);
        await PostAsync(channel, "ahead");
        time.Set(-Decade);

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            statuses.Add((await SendAsync(channel, $"{i}")).Status);
        }

        time.Advance(TimeSpan.FromSeconds(61));
        statuses.Add((await SendAsync(channel, "next minute")).Status);
        Assert.Equal([201, 201, 429, 201], statuses);
    }

    [Fact]
    public async Task An_answer_that_was_kept_while_the_clock_was_ahead_is_not_given_for_years()
    {
        var channel = await caller.CreateAsync("lane");
        time.Set(Decade);
        await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"same"}""");
        time.Set(-Decade);

        var right = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"same"}""");
        var repeated = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"same"}""");
        time.Advance(TimeSpan.FromHours(25));
        var nextDay = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"same"}""");

        Assert.Equal((null, "true", null), (Replay(right), Replay(repeated), Replay(nextDay)));
    }

    [Fact]
    public async Task After_a_wrong_reading_far_ahead_events_are_kept_for_a_day_and_acks_have_the_time()
    {
        var channel = await CreateAsync("\"access\":\"restricted\"");
        time.Set(Decade);
        await caller.SendAsync("POST", $"/v1/channels/{channel}/members", """{"key_id":"bck_1"}""");
        time.Set(-Decade);
        await caller.SendAsync("POST", $"/v1/channels/{channel}/members", """{"key_id":"bck_2"}""");
        var message = (await PostAsync(channel, "one")).Text("id");

        var acked = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", "{}");
        var ackedAt = acked.Json.GetProperty("message").GetProperty("acknowledged_by")[0].GetProperty("occurred_at").GetString()!;
        time.Advance(TimeSpan.FromHours(25));
        var events = (await caller.SendAsync("GET", $"/v1/channels/{channel}/events")).Json.GetProperty("data").EnumerateArray();

        Assert.Equal(["bck_1"], events.Select(entry => entry.GetProperty("subject_key_id").GetString()));
        Assert.True(DateTimeOffset.Parse(ackedAt, CultureInfo.InvariantCulture) < time.GetUtcNow());
    }

    [Fact]
    public async Task A_lease_runs_out_in_its_time_though_the_clock_was_set_back()
    {
        var channel = await caller.CreateAsync("lane");
        var (message, _) = await LeaseAsync(channel);
        time.Set(TimeSpan.FromHours(-1));

        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(message, await FreedAsync(channel));
    }

    [Fact]
    public async Task A_lease_lasts_for_its_time_though_the_clock_was_set_ahead()
    {
        var channel = await caller.CreateAsync("lane");
        var (message, token) = await LeaseAsync(channel);
        time.Advance(TimeSpan.FromSeconds(20));
        time.Set(TimeSpan.FromSeconds(200));

        var other = await caller.SendAsync("POST", $"/v1/messages/{message}/claim", """{"actor":"other"}""");
        var renewal = await caller.SendAsync("POST", $"/v1/leases/{token}/heartbeat", """{"lease_seconds":30}""");
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal((409, 200), (other.Status, renewal.Status));
        Assert.Equal(time.GetUtcNow().AddSeconds(-1), DateTimeOffset.Parse(renewal.Text("expires_at"), CultureInfo.InvariantCulture));
        Assert.Equal(message, await FreedAsync(channel));
    }

    private async Task<(string Message, string Token)> LeaseAsync(string channel)
    {
        var message = (await PostAsync(channel, "one")).Text("id");
        var lease = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", """{"lease_seconds":30}""");
        return (message, lease.Text("lease_token"));
    }

    /// <summary>Waits until a message is free, and gives its id.</summary>
    private async Task<string?> FreedAsync(string channel)
    {
        var page = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&wait=25");
        return Assert.Single(page.Json.GetProperty("data").EnumerateArray()).GetProperty("id").GetString();
    }

    private async Task<string> CreateAsync(string members) =>
        (await caller.SendAsync("POST", "/v1/channels", $$"""{"name":"x","mode":"claimable",{{members}}}""", Guid.NewGuid().ToString())).Text("id");

    private Task<BusAnswer> SendAsync(string channel, string content) =>
        caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""", Guid.NewGuid().ToString());

    private async Task<BusAnswer> PostAsync(string channel, string content)
    {
        var posted = await SendAsync(channel, content);
        return posted with { Body = posted.Json.GetProperty("message").GetRawText() };
    }

    private async Task<IEnumerable<string?>> ContentsAsync(string path) =>
        (await caller.SendAsync("GET", path)).Json.GetProperty("data").EnumerateArray().Select(message => message.GetProperty("content").GetString());

    private static DateTimeOffset Time(BusAnswer message, string member) => DateTimeOffset.Parse(message.Text(member), CultureInfo.InvariantCulture);

    private static string? Replay(BusAnswer answer) => answer.Header("X-Idempotent-Replay");
}
