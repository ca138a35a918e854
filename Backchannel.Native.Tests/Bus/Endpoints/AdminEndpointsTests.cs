using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class AdminEndpointsTests
{
    private const string Token = "t0ken";

    [Fact]
    public async Task Closed_minting_stays_closed_after_a_restart_and_the_admin_still_mints()
    {
        var folder = Directory.CreateTempSubdirectory("admin-").FullName;
        BusOptions Administered(BusOptions options) => options with { AdminToken = Token, DatabasePath = Path.Combine(folder, "bus.db") };
        await using (var bus = await TestBus.StartAsync(Administered))
        {
            await SendAsync(bus, "/v1/admin/minting", """{"enabled":false}""");
        }

        await using (var bus = await TestBus.StartAsync(Administered))
        {
            var stranger = new BusCaller(bus, "", "");
            var refused = await stranger.SendAsync("POST", "/v1/keys", """{"agent_label":"x"}""");
            var health = await stranger.SendAsync("GET", "/health");
            var minted = await SendAsync(bus, "/v1/admin/keys", """{"agent_label":"x"}""");

            Assert.Equal((403, "minting_closed"), (refused.Status, refused.Text("error")));
            Assert.False(health.Json.GetProperty("public_minting_enabled").GetBoolean());
            Assert.Equal(201, minted.Status);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Opened_minting_issues_keys_again()
    {
        await using var bus = await TestBus.StartAsync(options => options with { AdminToken = Token });
        await SendAsync(bus, "/v1/admin/minting", """{"enabled":false}""");
        await SendAsync(bus, "/v1/admin/minting", """{"enabled":true}""");

        var minted = await new BusCaller(bus, "", "").SendAsync("POST", "/v1/keys", """{"agent_label":"x"}""");

        Assert.Equal(201, minted.Status);
    }

    private static Task<BusAnswer> SendAsync(TestBus bus, string path, string body) =>
        new BusCaller(bus, "", "").SendAsync("POST", path, body, headers: [new("X-Admin-Token", Token)]);
}
