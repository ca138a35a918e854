using Backchannel.Native.Cli.Views;
using Backchannel.Native.Cli.Watch;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Cli.Watch;

/// <summary>When the bus is asked, and for what.</summary>
public sealed class ChangeFollowerTests
{
    private const string NoLane = """{"lanes":[],"more":false,"cursor":"c","now":"2026-05-04T03:02:01.000000+00:00"}""";

    /// <remarks>The clock stands still: no pause ends by itself.</remarks>
    [Fact]
    public async Task A_key_ends_the_pause_after_a_lost_connection()
    {
        await using var server = new MisbehavingServer(static request => request.Target.StartsWith("/v1/lanes", StringComparison.Ordinal) ? Reply.Json(200, NoLane) : Reply.Json(503, "{}"));
        var display = new ToldDisplay();
        await using var connection = Connection(server);
        var follower = new ChangeFollower(new(new BackchannelClient(connection)), new LaneChoice([]), display, new SignallingTimeProvider());
        await follower.BeginAsync(default);
        using var stop = new CancellationTokenSource();

        var following = follower.FollowAsync(stop.Token);
        await display.LostAsync();
        follower.TryNow();
        await display.LostAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following.Within());
    }

    /// <remarks>A channel that was deleted is in no change: only the list of them tells it.</remarks>
    [Fact]
    public async Task The_list_of_channels_is_read_again_when_the_bus_says_that_not_all_could_be_told()
    {
        await using var server = new MisbehavingServer(static request => Reply.Json(200, request.Target.StartsWith("/v1/lanes", StringComparison.Ordinal)
            ? NoLane
            : """{"tasks":[],"lanes":[],"people":[],"cursor":"c","more":true,"reset":false}"""));
        await using var connection = Connection(server);
        var follower = new ChangeFollower(new(new BackchannelClient(connection)), new LaneChoice([]), new ToldDisplay(), new FastTime(factor: 20));
        await follower.BeginAsync(default);
        using var stop = new CancellationTokenSource();

        var following = follower.FollowAsync(stop.Token);
        var changes = 0;
        await server.NextCallAsync();
        for (var call = await server.NextCallAsync(); !call.Target.StartsWith("/v1/lanes", StringComparison.Ordinal); call = await server.NextCallAsync())
        {
            changes++;
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following.Within());

        // One a second; without the word of the bus the list would be read after a minute.
        Assert.InRange(changes, 1, 10);
    }

    private static BusConnection Connection(MisbehavingServer server) => new(
        new BackchannelClientOptions { BaseUrl = server.Address, AgentLabel = "watcher", MaxAttempts = 1, Warn = static _ => { } },
        TimeProvider.System);

    private sealed class ToldDisplay : IWatchDisplay
    {
        private readonly System.Threading.Channels.Channel<string> lost = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public Task<string> LostAsync() => lost.Reader.ReadAsync().AsTask().Within();

        public void Lanes(IReadOnlyList<LaneView> lanes)
        {
        }

        public void Tasks(string channelId, IReadOnlyList<TaskRow> rows)
        {
        }

        public void Changed(IReadOnlyList<TaskRow> rows)
        {
        }

        public void Notice(string text)
        {
        }

        public void Lost(string reason) => lost.Writer.TryWrite(reason);

        public void Found()
        {
        }
    }
}
