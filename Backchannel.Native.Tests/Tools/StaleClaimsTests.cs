using Backchannel.Native.Client;
using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Which claims of others are tried, and how often, on the test's clock and a bus that frees no lease by itself.</summary>
public sealed class StaleClaimsTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongLease = TimeSpan.FromSeconds(Limits.MaxLeaseSeconds);

    private readonly SignallingTimeProvider time = new();
    private readonly Stack<IAsyncDisposable> owned = [];
    private BackchannelClient worker = null!;
    private BackchannelClient client = null!;
    private StaleClaims stale = null!;
    private string channelId = "";
    private int tries;
    private int looks;

    public async Task InitializeAsync()
    {
        var bus = await LateStampingBus.StartAsync(time, TimeSpan.FromMicroseconds(1));
        owned.Push(bus);
        worker = Connect(bus);
        client = Connect(bus);
        var session = WorkerSession.Draw(isDetached: true);
        var held = new HeldLeases(client, session, TimeProvider.System);
        owned.Push(held);
        stale = new(new LeaseTaking(client, held, session, TimeProvider.System), held, time);
        channelId = (await worker.CreateChannelAsync(new("jobs", ChannelMode.Claimable), default)).Id;
        bus.OnRequest = route =>
        {
            tries += route.EndsWith("/claim-with-lease", StringComparison.Ordinal) ? 1 : 0;
            looks += route.StartsWith("GET", StringComparison.Ordinal) && route.EndsWith("/messages", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
    }

    public async Task DisposeAsync()
    {
        while (owned.TryPop(out var next))
        {
            await next.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_claim_whose_lease_ran_out_is_taken_over()
    {
        var task = await ClaimAsync(Lease);
        time.Advance(Lease + TimeSpan.FromSeconds(1));

        var taken = await TakeOverAsync();

        Assert.Equal(task, taken?.MessageId);
    }

    [Fact]
    public async Task A_claim_younger_than_the_shortest_lease_is_not_tried()
    {
        await ClaimAsync(LongLease);
        time.Advance(TimeSpan.FromSeconds(Limits.MinLeaseSeconds - 1));
        await TakeOverAsync();
        var early = tries;

        time.Advance(TimeSpan.FromSeconds(5));
        await TakeOverAsync();

        Assert.Equal((0, 1), (early, tries));
    }

    [Fact]
    public async Task A_claim_of_the_future_is_tried()
    {
        await ClaimAsync(LongLease);
        time.Set(TimeSpan.FromMinutes(-10));

        await TakeOverAsync();

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_channel_is_looked_through_every_five_seconds_at_most()
    {
        await TakeOverAsync();
        time.Advance(TimeSpan.FromSeconds(4));
        await TakeOverAsync();
        var early = looks;

        time.Advance(TimeSpan.FromSeconds(1));
        await TakeOverAsync();

        Assert.Equal((1, 2), (early, looks));
    }

    [Fact]
    public async Task A_claim_that_is_alive_is_tried_again_after_15_seconds_then_30_and_never_later_than_two_minutes()
    {
        await ClaimAsync(LongLease);
        time.Advance(Lease);
        await TakeOverAsync();
        var pauses = new List<int>();

        for (var round = 0; round < 5; round++)
        {
            pauses.Add(await PauseBeforeNextTryAsync());
        }

        Assert.Equal([15, 30, 60, 120, 120], pauses);
    }

    [Fact]
    public async Task One_look_tries_three_claims_and_the_next_one_the_others()
    {
        for (var i = 0; i < 5; i++)
        {
            await ClaimAsync(LongLease);
        }

        time.Advance(Lease);
        await TakeOverAsync();
        var first = tries;
        time.Advance(TimeSpan.FromSeconds(5));
        await TakeOverAsync();

        Assert.Equal((3, 5), (first, tries));
    }

    private BackchannelClient Connect(LateStampingBus bus)
    {
        var connection = new BusConnection(ClientTest.Options(bus.Address), TimeProvider.System);
        owned.Push(connection);
        return new(connection);
    }

    /// <returns>Id of a task that another worker holds.</returns>
    private async Task<string> ClaimAsync(TimeSpan lease)
    {
        var task = (await worker.PostMessageAsync(channelId, new("task"), default)).Message.Id;
        await worker.ClaimWithLeaseAsync(task, "worker", lease, session: null, default);
        tries = 0;
        return task;
    }

    private Task<HeldLease?> TakeOverAsync() => stale.TakeOverAsync(client, new(channelId, "other", Lease, default), default);

    /// <summary>Looks every five seconds.</summary>
    /// <returns>Seconds.</returns>
    private async Task<int> PauseBeforeNextTryAsync()
    {
        var (before, seconds) = (tries, 0);
        while (tries == before)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            seconds += 5;
            await TakeOverAsync();
        }

        return seconds;
    }
}
