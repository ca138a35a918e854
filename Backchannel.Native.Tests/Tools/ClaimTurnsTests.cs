using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

/// <summary>How often claims that wait in the background ask, on the test's clock.</summary>
public sealed class ClaimTurnsTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(8);

    private readonly SignallingTimeProvider time = new();
    private readonly ClaimTurns turns;
    private int looks;

    public ClaimTurnsTests() => turns = new(new WaitPace(time, burst: 10, TimeSpan.FromSeconds(2)), time);

    [Fact]
    public async Task Requests_that_the_bus_does_not_hold_keep_to_the_pace_of_the_background()
    {
        var start = time.GetUtcNow();
        _ = RepeatAsync();

        while (time.GetUtcNow() - start < TimeSpan.FromMinutes(1))
        {
            time.Advance(await time.TimerAsync(static due => due < Wait));
        }

        // The last timer may end after the minute.
        Assert.InRange(looks, 38, 42);

        async Task RepeatAsync()
        {
            while (time.GetUtcNow() - start < TimeSpan.FromMinutes(2))
            {
                await LookAsync(TimeSpan.FromHours(1), _ => Task.FromResult<string?>(null));
            }
        }
    }

    [Fact]
    public async Task Who_waits_for_a_turn_goes_when_the_time_is_up()
    {
        var (first, second) = (new TaskCompletionSource<string?>(), false);
        var looking = LookAsync(Wait, _ => first.Task);
        var waiting = LookAsync(TimeSpan.FromSeconds(3), _ =>
        {
            second = true;
            return Task.FromResult<string?>("found");
        });

        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Null(await waiting.Within());
        Assert.False(second);
        first.SetResult("found");
        Assert.Equal("found", await looking.Within());
    }

    [Fact]
    public async Task Bus_holds_the_request_of_a_late_turn_no_longer_than_the_wait_lasts()
    {
        var (first, held) = (new TaskCompletionSource<string?>(), TimeSpan.Zero);
        _ = LookAsync(Wait, _ => first.Task);
        var waiting = LookAsync(Wait, wait =>
        {
            held = wait;
            return Task.FromResult<string?>("found");
        });

        time.Advance(Wait - TimeSpan.FromSeconds(3));
        first.SetResult("found");

        await waiting.Within();
        Assert.Equal(TimeSpan.FromSeconds(3), held);
    }

    private Task<string?> LookAsync(TimeSpan left, Func<TimeSpan, Task<string?>> look)
    {
        var task = new TaskWait(Guid.NewGuid(), time.GetUtcNow(), time) { IsResumed = true };
        return turns.LookAsync(task, left < Wait ? left : Wait, left, ["jobs"], wait =>
        {
            looks++;
            return look(wait);
        }, default);
    }
}
