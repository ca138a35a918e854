using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Tests.Bus.Model;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class ChannelEndpointsTests
{
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task What_a_deleted_channel_had_archived_goes_with_it()
    {
        var clock = new ModelClock();
        await using var bus = await TestBus.StartAsync(options => options with { ExpiryInterval = ExpiryInterval, DefaultTtlSeconds = 3 }, clock);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "secret");
        clock.Advance(TimeSpan.FromSeconds(4));
        await clock.RunAsync(ExpiryInterval, owners: 2);

        await caller.SendAsync("DELETE", $"/v1/channels/{channel}");

        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");
        await clock.RunAsync(ExpiryInterval, owners: 2);
        using var file = SqliteConnection.Open(bus.DatabasePath, create: false);
        Assert.Equal((404, 0), (read.Status, file.QueryInteger("SELECT count(*) FROM archive")));
    }
}
