using Backchannel.Native.Client;
using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Taking, renewing and giving back, on the test's clock and a real bus.</summary>
public sealed class HeldLeasesTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan RenewalPause = Length / 3;

    /// <summary>How long a message of the bus lives.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private readonly SignallingTimeProvider time = new();
    private readonly SignallingTimeProvider busTime = new();
    private readonly Stack<IAsyncDisposable> owned = [];
    private TestBus bus = null!;
    private BackchannelClient client = null!;
    private HeldLeases held = null!;
    private LeaseTaking taking = null!;
    private string channelId = "";

    public async Task InitializeAsync()
    {
        owned.Push(bus = await TestBus.StartAsync(static options => options, busTime));
        Connect(new(bus.BaseUrl));
        channelId = (await client.CreateChannelAsync(new("jobs", ChannelMode.Claimable), default)).Id;
    }

    public async Task DisposeAsync()
    {
        while (owned.TryPop(out var next))
        {
            await next.DisposeAsync();
        }
    }

    /// <summary>Everything owned is gone by then.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    [Fact]
    public async Task A_lease_is_renewed_when_a_third_of_it_is_over()
    {
        var taken = await TakeAsync(await PostAsync());
        await RenewalAsync();
        busTime.Advance(RenewalPause);

        time.Advance(RenewalPause);
        await RenewalAsync();

        Assert.True(Instant(held.Find(taken.MessageId)!.ExpiresAt) >= Instant(taken.ExpiresAt) + RenewalPause);
    }

    [Fact]
    public async Task A_lease_that_the_bus_no_longer_knows_is_kept_as_lost_and_not_listed()
    {
        var taken = await TakeAsync(await PostAsync());
        await RenewalAsync();
        busTime.Advance(Length * 2);

        time.Advance(RenewalPause);
        await held.Background.WaitAsync(default).Within();

        Assert.True(held.Find(taken.MessageId)!.IsLost);
        Assert.Equal(0, held.Oldest(5).Count);
    }

    [Fact]
    public async Task Renewing_ends_when_the_task_expires()
    {
        var task = await PostAsync();
        busTime.Advance(Life - (RenewalPause * 1.5));
        await TakeAsync(task);
        await RenewalAsync();
        time.Advance(RenewalPause);

        time.Advance(await time.TimerAsync(static dueTime => dueTime < RenewalPause && dueTime > RenewalPause * 0.4));
        await held.Background.WaitAsync(default).Within();

        Assert.Equal(0, held.Oldest(5).Count);
    }

    [Fact]
    public async Task The_tasks_that_are_held_longest_are_named_and_the_others_counted()
    {
        var (first, second, third) = (await PostAsync(), await PostAsync(), await PostAsync());
        foreach (var task in (string[])[second, first, third])
        {
            busTime.Advance(TimeSpan.FromSeconds(1));
            await TakeAsync(task);
        }

        var (count, ids) = held.Oldest(2);

        Assert.Equal(3, count);
        Assert.Equal([second, first], ids);
    }

    [Fact]
    public async Task A_task_whose_call_is_cancelled_is_given_back()
    {
        using var call = new CancellationTokenSource();
        var task = await PostAsync();
        await taking.TakeAsync(client, task, "worker", Length, call.Token);

        await call.CancelAsync();
        await held.Background.WaitAsync(default).Within();

        Assert.Null(await HolderAsync(task));
        Assert.Null(held.Find(task));
    }

    [Fact]
    public async Task A_claim_whose_call_is_cancelled_on_the_way_is_given_back_when_its_answer_comes()
    {
        using var call = new CancellationTokenSource();
        var task = await PostAsync();
        await using var front = Through("/claim-with-lease");
        var claim = taking.TakeAsync(client, task, "worker", Length, call.Token);
        await front.Arrived;

        await call.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => claim);
        front.Release();
        await held.Background.WaitAsync(default).Within();

        Assert.Null(await HolderAsync(task));
    }

    [Fact]
    public async Task Everything_is_given_back_at_the_end()
    {
        var (one, other) = (await PostAsync(), await PostAsync());
        await TakeAsync(one);
        await TakeAsync(other);

        await held.ReleaseAllAsync().Within();

        Assert.Null(await HolderAsync(one));
        Assert.Null(await HolderAsync(other));
    }

    [Fact]
    public async Task A_claim_that_is_under_way_at_the_end_is_waited_for_and_given_back()
    {
        var task = await PostAsync();
        await using var front = Through("/claim-with-lease");
        var claim = taking.TakeAsync(client, task, "worker", Length, default);
        await front.Arrived;

        var ending = held.ReleaseAllAsync();
        var early = ending.IsCompleted;
        front.Release();
        await ending.Within();
        await claim.Within();

        Assert.False(early);
        Assert.Null(await HolderAsync(task));
    }

    [Fact]
    public async Task A_bus_that_does_not_answer_holds_the_end_up_for_less_than_a_second()
    {
        var task = await PostAsync();
        await using var front = Through("/finish");
        await TakeAsync(task);

        var ending = held.ReleaseAllAsync();
        await front.Arrived;
        var limit = await time.TimerAsync(static dueTime => dueTime == TimeSpan.FromMilliseconds(800));
        time.Advance(limit);
        await ending.Within();

        Assert.Equal("worker", await HolderAsync(task));
    }

    private static DateTimeOffset Instant(string timestamp)
    {
        Assert.True(Timestamp.TryParse(timestamp, out var instant));
        return instant;
    }

    private void Connect(Uri address)
    {
        var connection = new BusConnection(ClientTest.Options(address), TimeProvider.System);
        var session = WorkerSession.Draw(isDetached: true);
        client = new(connection);
        held = new(client, session, time);
        taking = new(client, held, session, time);
        owned.Push(connection);
        owned.Push(held);
    }

    /// <summary>From now on the client reaches the bus through a front that holds one request.</summary>
    private HoldingFront Through(string heldRequest)
    {
        var front = new HoldingFront(new(bus.BaseUrl), heldRequest);
        Connect(front.Address);
        return front;
    }

    private Task<TimeSpan> RenewalAsync() => time.TimerAsync(static dueTime => dueTime == RenewalPause);

    private async Task<string> PostAsync() => (await client.PostMessageAsync(channelId, new("task"), default)).Message.Id;

    private async Task<HeldLease> TakeAsync(string task) => (await taking.TakeAsync(client, task, "worker", Length, default))!;

    private async Task<string?> HolderAsync(string task)
    {
        await using var reader = new BusConnection(ClientTest.Options(new(bus.BaseUrl)), TimeProvider.System);
        return (await new BackchannelClient(reader).GetMessageAsync(task, after: null, TimeSpan.Zero, default)).Message.ClaimedBy?.Name;
    }
}
