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

    [PostgresFact]
    public async Task One_bus_enters_words_while_all_of_them_write()
    {
        await using var buses = await SeveralBuses.StartAsync(2, static options => options with { WordInterval = TimeSpan.Zero, MinuteInterval = TimeSpan.Zero });
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = await caller.CreateAsync("lane");
        var (first, second) = (buses[0].Server.Database, buses[1].Server.Database);
        var writes = new List<long>();
        var time = new CountingTime
        {
            // In its first pauses another process enters words, and leaves some.
            OnTimer = async timers =>
            {
                writes.Add(second.Writes.Count);
                if (timers <= 3)
                {
                    await caller.PostAsync(channel, "more");
                    await caller.PostAsync(channel, "and more");
                    await first.Writes.RunAsync(static context => context.Storage.Search.Enter(1));
                }
            },
        };
        await caller.PostAsync(channel, "one");

        await new WordEntering(second, time).RunAsync(CancellationToken.None);

        Assert.Equal([1, 1, 1, 1, 2], writes);
        Assert.Empty(await first.ReadAsync(static storage => storage.Search.NotEntered([1], long.MaxValue, 10)));
    }

    /// <summary>Counts the pauses, and lets each end at once.</summary>
    private sealed class CountingTime : TimeProvider
    {
        public int Timers { get; private set; }

        /// <summary>Done in each pause, with its number.</summary>
        public Func<int, Task> OnTimer { get; init; } = static _ => Task.CompletedTask;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            var timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
            _ = EndAsync(Timers);
            return timer;

            async Task EndAsync(int timers)
            {
                await OnTimer(timers);
                timer.Change(TimeSpan.Zero, period);
            }
        }
    }
}
