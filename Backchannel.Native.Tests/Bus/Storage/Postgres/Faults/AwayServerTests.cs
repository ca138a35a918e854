using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>While its server is away a bus says so at once, and goes on by itself when it is back.</summary>
public sealed class AwayServerTests
{
    [PostgresTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Everything_is_refused_while_the_server_is_away_and_goes_on_when_it_is_back(bool isCut)
    {
        await using var bus = await FrontedBus.StartAsync();
        var stranger = new BusCaller(bus.Bus, "", "");
        Assert.Equal("postgresql, writable", (await stranger.SendAsync("GET", "/health")).Header("X-Backchannel-Database"));
        var waiting = bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages?wait=25");
        if (isCut)
        {
            bus.Front.Cut();
        }
        else
        {
            bus.Front.Stall();
        }

        var first = await bus.PostAsync("lost");
        await bus.UntilLoggedAsync("database_away");
        BusAnswer[] refused =
        [
            first,
            await bus.PostAsync("lost"),
            await bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages"),
            await stranger.SendAsync("GET", "/health"),
            await stranger.SendAsync("GET", "/readyz"),
        ];
        var live = await stranger.SendAsync("GET", "/livez");
        bus.Front.Open();
        await bus.UntilLoggedAsync("database_back");
        var posted = await bus.RepeatAsync(() => bus.PostAsync("goes on", "key"));

        Assert.All(refused, answer => Assert.Equal((503, "storage_unavailable", "1"), (answer.Status, answer.Text("error"), answer.Header("Retry-After"))));
        Assert.Equal(200, live.Status);
        Assert.Equal("goes on", await bus.ContentsAsync());
        var ended = await waiting.Within();
        Assert.True(ended.Status == 503 || ended.Body.Contains(posted.Json.GetProperty("message").Text("id"), StringComparison.Ordinal), ended.Body);
        Assert.Equal(200, (await stranger.SendAsync("GET", "/readyz")).Status);
        Assert.Equal("postgresql, writable", (await stranger.SendAsync("GET", "/health")).Header("X-Backchannel-Database"));
        Assert.Contains("\"cause\":\"", Assert.Single(bus.Logged("database_away")), StringComparison.Ordinal);
        Assert.Single(bus.Logged("database_back"));
        Assert.DoesNotContain(bus.Bus.Log, line => line.Contains(PostgresServer.Password, StringComparison.Ordinal));
    }

    [PostgresTheory]
    [InlineData("/health")]
    [InlineData("/readyz")]
    public async Task A_server_that_is_silent_does_not_keep_whoever_asks_for_health_waiting(string path)
    {
        await using var bus = await FrontedBus.StartAsync();
        bus.Front.Stall();

        var answer = await new BusCaller(bus.Bus, "", "").SendAsync("GET", path);

        Assert.Equal((503, "storage_unavailable", "1"), (answer.Status, answer.Text("error"), answer.Header("Retry-After")));
        Assert.Contains("has not answered for 2 seconds", answer.Text("message"), StringComparison.Ordinal);
        Assert.StartsWith("postgresql, ", answer.Header("X-Backchannel-Database"), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Connections_that_the_server_ends_are_made_anew_and_nobody_is_told()
    {
        await using var bus = await FrontedBus.StartAsync();
        var waiting = bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages?wait=25");
        Assert.Equal(200, (await bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages")).Status);
        var ended = await bus.QueryAsync(
            $"SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = '{bus.DatabaseName}' AND application_name = 'backchannel-mcp'");

        var page = await bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages");
        var posted = await bus.PostAsync("one");

        Assert.NotEqual("0", ended);
        Assert.Equal((200, 201), (page.Status, posted.Status));
        Assert.Contains("\"one\"", (await waiting.Within()).Body, StringComparison.Ordinal);
        Assert.Empty(bus.Logged("database_away"));
        Assert.Empty(bus.Logged("fault"));
    }
}
