using System.Text.Json;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.Bus;

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
