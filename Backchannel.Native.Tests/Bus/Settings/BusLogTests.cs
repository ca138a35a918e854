using System.Text.Json;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Settings;

public sealed class BusLogTests
{
    [Fact]
    public async Task A_request_is_one_line_with_a_template_in_place_of_names()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.CreateAsync("secret-name");

        await caller.SendAsync("GET", "/v1/channels/secret-name");
        await bus.Server.StopAsync();

        var line = JsonDocument.Parse(Assert.Single(bus.Log, text => text.Contains("\"GET\"", StringComparison.Ordinal))).RootElement;
        Assert.Equal(("request", "/v1/channels/{channel}", 200), (line.GetProperty("event").GetString(), line.GetProperty("path").GetString(), line.GetProperty("status").GetInt32()));
        Assert.Equal(caller.KeyId, line.GetProperty("key_id").GetString());
        Assert.DoesNotContain(bus.Log, text => text.Contains("secret-name", StringComparison.Ordinal) || text.Contains(caller.Key, StringComparison.Ordinal));
    }

    [Fact]
    public void Text_of_others_cannot_end_a_line_hide_or_turn_it()
    {
        const string Hostile = "a\r\n{\"event\":\"request\"}\u001b[31m\u0085\u2028\u202e\u200b\u0000\u007f\ud83d\ude00";
        var lines = new List<string>();

        new BusLog(lines.Add, lines.Add, TimeProvider.System).WebhookFailed(1, 1, isGivenUp: false, Hostile);

        var line = Assert.Single(lines);
        Assert.False(line.AsSpan().ContainsAnyExceptInRange(' ', '~'), line);
        Assert.Equal(Hostile, JsonDocument.Parse(line).RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task What_a_client_sends_reaches_the_log_nowhere()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "canary-label");
        KeyValuePair<string, string>[] headers =
            [new("X-Request-Id", "canary-id"), new("traceparent", "canary-trace"), new("User-Agent", "canary/1"), new("X-Forwarded-For", "canary"), new("X-Canary", "canary")];

        await caller.SendAsync("POST", "/v1/channels?canary=1", """{"name":"canary-name","mode":"claimable"}""", "canary-idempotency", headers);
        await caller.SendAsync("GET", "/v1/channels/canary%0d%0acanary", headers: headers);
        await caller.SendAsync("CANARY", "/canary", headers: headers);
        await bus.Server.StopAsync();

        Assert.Equal(4, bus.Log.Count(line => line.Contains("\"request\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(bus.Log, line => line.Contains("canary", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Unknown_paths_are_counted_and_logged_as_one()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");
        await stranger.SendAsync("GET", "/made-up-1");
        await stranger.SendAsync("BREW", "/made-up-2");

        var metrics = (await stranger.SendAsync("GET", "/metrics")).Body;

        Assert.Contains("backchannel_requests_total{method=\"other\",path=\"unknown\",status=\"404\"} 2", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(bus.Log, text => text.Contains("made-up", StringComparison.Ordinal) || text.Contains("BREW", StringComparison.Ordinal));
    }
}
