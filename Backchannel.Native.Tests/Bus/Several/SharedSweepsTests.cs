using System.Net.Http;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>What buses do by themselves, where several of them share a database: each effect comes once.</summary>
public sealed class SharedSweepsTests
{
    private static readonly Support.Servers.Reply Accepted = Support.Servers.Reply.Json(200, "{}");

    [PostgresFact]
    public async Task Each_event_reaches_a_webhook_once_though_three_buses_send()
    {
        const int Posts = 60;
        await using var receiver = new MisbehavingServer(Accepted);
        await using var buses = await SeveralBuses.StartAsync(3, AllowPrivate);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = await CreateHookedAsync(caller, receiver);

        await Parallel.ForEachAsync(Enumerable.Range(0, Posts), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (post, _) =>
            await buses.At(post % 3, caller).PostAsync(channel, $"{post}"));

        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM webhook_queue"), "0");
        var told = receiver.Requests.Select(static request => System.Text.Json.JsonElement.Parse(request.Text).GetProperty("message").Text("content"));
        Assert.Equal(Enumerable.Range(0, Posts).Select(static post => $"{post}").Order(), told.Order());
    }

    [PostgresFact]
    public async Task What_a_bus_was_sending_when_it_was_killed_is_sent_by_another_once_its_lease_is_over_and_not_before()
    {
        await using var receiver = new MisbehavingServer(Accepted);
        await using var buses = await SeveralBuses.StartAsync(2, AllowPrivate);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = await CreateHookedAsync(caller, receiver);
        await caller.PostAsync(channel, "before");
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM webhook_queue"), "0");

        // As a bus leaves it that dies while it sends.
        await buses.QueryAsync(
            $$"""
            INSERT INTO webhook_queue (url, body, due_at, taken_until) SELECT '{{receiver.Address}}hook', '{"left":1}', last, last + 30000000 FROM writer
            """);
        await caller.PostAsync(channel, "meanwhile");
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM webhook_queue"), "1");
        var before = receiver.Requests.Count;
        await buses.QueryAsync("UPDATE webhook_queue SET taken_until = taken_until - 31000000");
        await caller.PostAsync(channel, "after");
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM webhook_queue"), "0");

        Assert.Equal((2, 4), (before, receiver.Requests.Count));
        Assert.Single(receiver.Requests, static request => request.Text == """{"left":1}""");
    }

    [PostgresFact]
    public async Task Leases_tasks_and_messages_that_are_over_are_swept_once_by_three_buses()
    {
        const int Tasks = 40;
        var clocks = Enumerable.Range(0, 3).Select(static _ => new FakeTimeProvider(DateTimeOffset.UtcNow)).ToList();
        await using var buses = await SeveralBuses.StartAsync(3, Sweeping, bus => clocks[bus]);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = (await caller.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"claimable","ttl_seconds":3600,"max_messages":100000}""")).Text("id");
        await caller.SendAsync("PUT", $"/v1/channels/{channel}/task-settings", """{"webhook_events":[]}""");
        for (var i = 0; i < Tasks; i++)
        {
            var task = await caller.SendAsync("POST", $"/v1/channels/{channel}/tasks", """{"content":"x","max_attempts":1}""", Guid.NewGuid().ToString());
            await caller.SendAsync(
                "POST", $"/v1/messages/{task.Json.GetProperty("message").Text("id")}/claim-with-lease", """{"actor":"w","lease_seconds":60}""");
        }

        await AdvanceAsync(TimeSpan.FromSeconds(120));
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM messages WHERE state = 2"), $"{Tasks}");
        var attempts = await buses.QueryAsync("SELECT count(*), max(ended_attempts) FROM tasks");
        await AdvanceAsync(TimeSpan.FromHours(2));
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM messages"), "0");

        Assert.Equal($"{Tasks}|1", attempts);
        Assert.Equal($"{Tasks}", await buses.QueryAsync("SELECT count(*) FROM archive"));
        Assert.Equal("0|0|0", await buses.QueryAsync("SELECT messages, held, acked FROM channel_counts"));

        // Each step is short enough for every timer in it.
        async Task AdvanceAsync(TimeSpan time)
        {
            for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(1))
            {
                clocks.ForEach(static clock => clock.Advance(TimeSpan.FromMinutes(1)));
                await buses.At(1, caller).SendAsync("GET", "/v1/channels");
            }
        }
    }

    [PostgresFact]
    public async Task An_upload_under_way_at_one_bus_is_left_alone_by_the_sweep_of_another_and_counts_against_its_quota()
    {
        var there = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var buses = await SeveralBuses.StartAsync(
            2, options => options with { FileQuotaBytes = 900_000, ExpiryInterval = TimeSpan.FromSeconds(20) }, bus => bus == 1 ? there : TimeProvider.System);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var content = new HeldContent(RandomNumberGenerator.GetBytes(700_000), first: 2 * FileStore.PartBytes);
        var upload = caller.PutAsync("/v1/files", content);
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM file_parts"), "2");
        // What a bus that was killed long ago left: only its removal shows that the sweep has run.
        await buses.QueryAsync("INSERT INTO files (sha256, bytes) VALUES ('incoming:bck_x:5:1000000:x', 5)");

        there.Advance(TimeSpan.FromSeconds(21));
        await UntilAsync(() => buses.QueryAsync("SELECT count(*) FROM files"), "1");
        var tooMuch = await buses.At(1, caller).PutAsync("/v1/files", new ByteArrayContent(RandomNumberGenerator.GetBytes(300_000)));
        var fitting = await buses.At(1, caller).PutAsync("/v1/files", new ByteArrayContent(RandomNumberGenerator.GetBytes(100_000)));
        content.GoOn();

        Assert.Equal((429, 201, 201), (tooMuch.Status, fitting.Status, (await upload.Within()).Status));
        Assert.Equal("700000", await buses.QueryAsync("SELECT max(bytes) FROM files"));
    }

    private static BusOptions AllowPrivate(BusOptions options) => options with { AllowPrivateWebhooks = true };

    private static BusOptions Sweeping(BusOptions options) =>
        options with { LeaseSweepInterval = TimeSpan.FromSeconds(30), ExpiryInterval = TimeSpan.FromSeconds(30), WordInterval = TimeSpan.Zero, MinuteInterval = TimeSpan.Zero };

    private static async Task<string> CreateHookedAsync(BusCaller caller, MisbehavingServer receiver) => (await caller.SendAsync(
        "POST", "/v1/channels", $$"""{"name":"hooked","mode":"broadcast","webhook_url":"{{receiver.Address}}hook","max_messages":100000}""")).Text("id");

    private static async Task UntilAsync(Func<Task<string>> read, string expected)
    {
        var value = "";
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested;)
        {
            if ((value = await read()) == expected)
            {
                return;
            }
        }

        Assert.Equal(expected, value);
    }

    /// <summary>A body whose sender stops after its first bytes, until the test says so.</summary>
    private sealed class HeldContent(byte[] content, int first) : HttpContent
    {
        private readonly TaskCompletionSource going = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => going.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(content.AsMemory(0, first));
            await stream.FlushAsync();
            await going.Task;
            await stream.WriteAsync(content.AsMemory(first));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length;
            return true;
        }
    }
}
