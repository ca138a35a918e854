using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;

namespace Backchannel.Native.Tests.Bus.Waiting;

public sealed class SignalsTests
{
    private static readonly Change Lane = Change.OfChannel(1);

    [Fact]
    public void A_change_wakes_all_who_wait_for_it()
    {
        var signals = new Signals(10);
        using var one = signals.Join(Lane)!;
        using var other = signals.Join(Lane)!;
        var (first, second) = (one.Next, other.Next);

        signals.Signal(Lane);

        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_change_that_comes_between_taking_the_task_and_awaiting_it_is_not_missed()
    {
        var signals = new Signals(10);
        using var waiter = signals.Join(Lane)!;
        var next = waiter.Next;

        signals.Signal(Lane);

        Assert.True(next.IsCompleted);
        Assert.False(waiter.Next.IsCompleted);
    }

    [Theory]
    [InlineData(ChangeKind.Channel, 2L)]
    [InlineData(ChangeKind.Message, 1L)]
    [InlineData(ChangeKind.ChannelDeletion, 1L)]
    public void A_change_of_another_thing_wakes_nobody(object kind, long number)
    {
        var signals = new Signals(10);
        using var waiter = signals.Join(Lane)!;
        var next = waiter.Next;

        signals.Signal(new Change((ChangeKind)kind, number));

        Assert.False(next.IsCompleted);
    }

    [Fact]
    public void Nobody_waits_above_the_limit_until_a_place_is_given_back()
    {
        var signals = new Signals(2);
        var first = signals.Join(Lane);
        using var second = signals.Join(Change.OfMessage(5));

        Assert.Null(signals.Join(Lane));
        first!.Dispose();
        using var third = signals.Join(Lane);
        Assert.NotNull(third);
    }

    [Fact]
    public void A_reserved_place_counts_for_no_limit()
    {
        var signals = new Signals(1);
        using var reserved = signals.Reserve(Change.OfWebhooks);

        using var waiter = signals.Join(Lane);

        Assert.NotNull(waiter);
    }

    [Fact]
    public void The_last_waiter_who_leaves_takes_nothing_from_those_who_come_later()
    {
        var signals = new Signals(10);
        signals.Join(Lane)!.Dispose();
        signals.Signal(Lane);
        using var later = signals.Join(Lane)!;
        var next = later.Next;

        Assert.False(next.IsCompleted);
        signals.Signal(Lane);

        Assert.True(next.IsCompleted);
    }

    [Fact]
    public void Closing_wakes_everyone_and_lets_nobody_wait_any_more()
    {
        var signals = new Signals(10);
        using var waiter = signals.Join(Lane)!;
        using var reserved = signals.Reserve(Change.OfWebhooks);
        var (first, second) = (waiter.Next, reserved.Next);

        signals.Close();

        Assert.True(first.IsCompleted && second.IsCompleted && signals.IsClosed);
        Assert.Null(signals.Join(Lane));
    }
}
