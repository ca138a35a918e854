using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>A bus that enters words leaves the turn to write to the others.</summary>
public sealed class SharedWordsTests
{
    [PostgresFact]
    public async Task A_bus_pauses_between_its_words_while_another_one_writes()
    {
        await using var buses = await SeveralBuses.StartAsync(2, static options => options with { WordInterval = TimeSpan.Zero, MinuteInterval = TimeSpan.Zero });
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = await caller.CreateAsync("lane");
        var time = new CountingTime();
        var entering = new WordEntering(buses[1].Server.Database, time);
        await caller.PostAsync(channel, "one");

        await entering.RunAsync(CancellationToken.None);
        var besideOthers = time.Timers;
        await buses.At(1, caller).PostAsync(channel, "two");
        await entering.RunAsync(CancellationToken.None);

        Assert.Equal(1, besideOthers);
        Assert.Equal(1, time.Timers);
    }

    /// <summary>Counts the pauses, and lets each end at once.</summary>
    private sealed class CountingTime : TimeProvider
    {
        public int Timers { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
