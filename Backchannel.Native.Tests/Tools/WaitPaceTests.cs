using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

/// <summary>How often waits in the background ask, on the test's clock.</summary>
public sealed class WaitPaceTests
{
    private readonly SignallingTimeProvider time = new();

    [Fact]
    public async Task However_many_wait_a_minute_takes_forty_requests()
    {
        var pace = WaitPace.OfWaits(time, isLimited: true);
        var takes = Enumerable.Range(0, 200).Select(_ => pace.TakeAsync(default)).ToList();
        var start = time.GetUtcNow();

        while (time.GetUtcNow() - start < TimeSpan.FromMinutes(1))
        {
            time.Advance(await time.TimerAsync(static _ => true));
        }

        // The last timer may end after the minute.
        Assert.InRange(takes.Count(static take => take.IsCompletedSuccessfully), 38, 41);
    }

    [Fact]
    public async Task A_few_requests_follow_each_other_within_seconds()
    {
        var pace = WaitPace.OfWaits(time, isLimited: true);
        var takes = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pace.TakeAsync(default)));
        var start = time.GetUtcNow();

        for (var gap = 0; gap < 9; gap++)
        {
            time.Advance(await time.TimerAsync(static _ => true));
        }

        await takes.Within();
        Assert.Equal(TimeSpan.FromSeconds(2.25), time.GetUtcNow() - start);
    }

    // With the pace of a bus that counts, the end of a task was told up to two seconds late once ten tasks had ended.
    [Fact]
    public void On_the_private_bus_waits_ask_as_often_as_tasks_change()
    {
        var pace = WaitPace.OfWaits(time, isLimited: false);
        for (var change = 0; change < 50; change++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));

            Assert.True(pace.TakeAsync(default).IsCompletedSuccessfully, $"request {change} had to wait");
        }
    }
}
