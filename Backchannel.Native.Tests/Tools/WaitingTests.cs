using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>When and how often a wait looks, on the test's clock.</summary>
public sealed class WaitingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly SignallingTimeProvider time = new();
    private readonly List<TimeSpan> looks = [];
    private readonly List<TimeSpan> slices = [];
    private readonly DateTimeOffset start;

    public WaitingTests() => start = time.GetUtcNow();

    [Fact]
    public async Task What_is_there_ends_the_wait_at_the_first_look_which_does_not_hold_the_request()
    {
        var found = await WaitAsync((_, _) => Task.FromResult<string?>("found"));

        Assert.Equal("found", found);
        Assert.Equal([TimeSpan.Zero], slices);
    }

    [Fact]
    public async Task Without_a_limit_there_is_one_look()
    {
        Assert.Null(await WaitAsync((_, _) => Task.FromResult<string?>(null), limit: TimeSpan.Zero));

        Assert.Single(slices);
    }

    [Fact]
    public async Task Pauses_grow_to_three_seconds_where_the_bus_does_not_hold_requests()
    {
        var wait = WaitAsync((_, _) => Task.FromResult<string?>(looks.Count == 14 ? "found" : null));

        await PassAsync(wait);

        Assert.Equal("found", await wait.Within());
        var pauses = looks.Zip(looks.Skip(1), (earlier, later) => later - earlier).Skip(1).ToList();
        Assert.Equal(TimeSpan.FromMilliseconds(100), pauses[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(150), pauses[1]);
        Assert.Equal(TimeSpan.FromSeconds(3), pauses[^1]);
        Assert.All(pauses, pause => Assert.True(pause <= TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public async Task A_bus_that_holds_requests_is_asked_again_without_a_pause_and_for_eight_seconds_at_most()
    {
        var wait = WaitAsync(
            (slice, _) =>
            {
                time.Advance(slice);
                return Task.FromResult<string?>(null);
            });

        Assert.Null(await wait.Within());
        Assert.Equal([0, 8, 8, 8, 8, 8, 8, 8, 4], slices.Select(slice => slice.TotalSeconds));
        Assert.Equal(Limit, time.GetUtcNow() - start);
    }

    [Fact]
    public async Task A_look_that_hangs_ends_three_seconds_after_the_limit()
    {
        var wait = WaitAsync(async (slice, cancellation) =>
        {
            await (slice == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
            return null;
        });

        await time.TimerAsync(due => due == Limit + TimeSpan.FromSeconds(3));
        time.Advance(Limit + TimeSpan.FromSeconds(2));
        var endedEarly = wait.IsCompleted;
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(endedEarly);
        Assert.Null(await wait.Within());
    }

    [Fact]
    public async Task The_pause_after_a_busy_answer_is_as_long_as_the_bus_asks()
    {
        var wait = WaitAsync((_, _) => looks.Count switch
        {
            2 => throw Fault(ErrorCodes.RateLimitExceeded, TimeSpan.FromSeconds(20)),
            3 => Task.FromResult<string?>("found"),
            _ => Task.FromResult<string?>(null),
        });

        await PassAsync(wait);

        Assert.Equal("found", await wait.Within());
        Assert.Equal(TimeSpan.FromSeconds(20), looks[2] - looks[1]);
    }

    [Fact]
    public async Task A_fault_that_lasts_to_the_end_is_the_answer_and_one_that_passes_is_not()
    {
        var lasting = WaitAsync((_, _) => looks.Count == 1 ? Task.FromResult<string?>(null) : throw Fault(FaultCodes.Unreachable));
        await PassAsync(lasting);

        var thrown = await Assert.ThrowsAsync<BackchannelException>(() => lasting.Within());
        Assert.Equal(FaultCodes.Unreachable, thrown.Code);
    }

    [Fact]
    public async Task A_refusal_ends_the_wait_at_once()
    {
        var thrown = await Assert.ThrowsAsync<BackchannelException>(
            () => WaitAsync((_, _) => looks.Count == 1 ? Task.FromResult<string?>(null) : throw Fault(ErrorCodes.ChannelNotFound)));

        Assert.Equal(ErrorCodes.ChannelNotFound, thrown.Code);
        Assert.Equal(2, looks.Count);
    }

    [Fact]
    public async Task The_end_of_the_input_ends_the_wait_though_not_the_first_look()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitAsync(
            (_, cancellation) =>
            {
                cancellation.ThrowIfCancellationRequested();
                return Task.FromResult<string?>(null);
            },
            ended: ended.Token));

        Assert.Equal(TimeSpan.Zero, slices[0]);
    }

    private Task<string?> WaitAsync(
        Func<TimeSpan, CancellationToken, Task<string?>> look, TimeSpan? limit = null, CancellationToken ended = default) =>
        new Waiting(time).UntilAsync(
            new ToolCall(null, null, ended),
            limit ?? Limit,
            (slice, cancellation) =>
            {
                looks.Add(time.GetUtcNow() - start);
                slices.Add(slice);
                return look(slice, cancellation);
            },
            default);

    /// <summary>Lets time pass from timer to timer until the wait is over.</summary>
    private async Task PassAsync(Task wait)
    {
        await time.TimerAsync(due => due == Limit + TimeSpan.FromSeconds(3));
        while (!wait.IsCompleted)
        {
            var timer = time.TimerAsync(static _ => true);
            if (await Task.WhenAny(wait, timer) == timer)
            {
                time.Advance(await timer);
            }
        }
    }

    private static BackchannelException Fault(string code, TimeSpan? retryAfter = null) =>
        new("the bus could not be asked") { Code = code, RetryAfter = retryAfter };
}
