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
        using var one = signals.Join(Lane, "a")!;
        using var other = signals.Join(Lane, "a")!;
        var (first, second) = (one.Next, other.Next);

        signals.Signal(Lane);

        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_change_that_comes_between_taking_the_task_and_awaiting_it_is_not_missed()
    {
        var signals = new Signals(10);
        using var waiter = signals.Join(Lane, "a")!;
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
        using var waiter = signals.Join(Lane, "a")!;
        var next = waiter.Next;

        signals.Signal(new Change((ChangeKind)kind, number));

        Assert.False(next.IsCompleted);
    }

    [Fact]
    public void When_anything_may_have_changed_all_look_again_but_claims_which_wait_for_a_call()
    {
        var signals = new Signals(10);
        using var reader = signals.Join(Lane, "a")!;
        using var claimer = signals.Join(Change.OfWaitingClaims, "a")!;
        var (read, claim) = (reader.Next, claimer.Next);

        signals.Signal(Change.OfEverything);
        var before = claim.IsCompleted;
        signals.Close();

        Assert.Equal((true, false, true), (read.IsCompleted, before, claim.IsCompleted));
    }

    [Fact]
    public void Nobody_waits_above_the_limit_until_a_place_is_given_back()
    {
        var signals = new Signals(2);
        var first = signals.Join(Lane, "a");
        using var second = signals.Join(Change.OfMessage(5), "b");

        Assert.Null(signals.Join(Lane, "c"));
        first!.Dispose();
        using var third = signals.Join(Lane, "c");
        Assert.NotNull(third);
    }

    [Fact]
    public void A_key_waits_on_as_many_places_as_are_free_and_leaves_some_to_every_other()
    {
        var signals = new Signals(16);
        var waiters = ((string[])["a", "b", "c"]).ToDictionary(static key => key, JoinAll);

        var shares = waiters.Values.Select(static own => own.Count).ToList();
        var newcomer = JoinAll("d");
        waiters["a"][0].Dispose();
        var again = signals.Join(Lane, "a");
        using var afterwards = signals.Join(Lane, "e");

        Assert.Equal([8, 4, 2], shares);
        Assert.Single(newcomer);
        Assert.Null(again);
        Assert.NotNull(afterwards);

        List<Signals.Waiter> JoinAll(string key)
        {
            var joined = new List<Signals.Waiter>();
            while (signals.Join(Lane, key) is { } waiter)
            {
                joined.Add(waiter);
            }

            return joined;
        }
    }

    [Fact]
    public void A_key_whose_waits_have_ended_has_its_whole_share_again()
    {
        var signals = new Signals(4);
        var (first, second) = (signals.Join(Lane, "a"), signals.Join(Lane, "a"));
        var above = signals.Join(Lane, "a");
        first!.Dispose();
        second!.Dispose();

        using var later = signals.Join(Lane, "a");
        using var another = signals.Join(Lane, "a");

        Assert.Null(above);
        Assert.True(later is not null && another is not null);
    }

    [Fact]
    public void A_reserved_place_counts_for_no_limit()
    {
        var signals = new Signals(1);
        using var reserved = signals.Reserve(Change.OfWebhooks);

        using var waiter = signals.Join(Lane, "a");

        Assert.NotNull(waiter);
    }

    [Fact]
    public void The_last_waiter_who_leaves_takes_nothing_from_those_who_come_later()
    {
        var signals = new Signals(10);
        signals.Join(Lane, "a")!.Dispose();
        signals.Signal(Lane);
        using var later = signals.Join(Lane, "a")!;
        var next = later.Next;

        Assert.False(next.IsCompleted);
        signals.Signal(Lane);

        Assert.True(next.IsCompleted);
    }

    [Fact]
    public void Closing_wakes_everyone_and_lets_nobody_wait_any_more()
    {
        var signals = new Signals(10);
        using var waiter = signals.Join(Lane, "a")!;
        using var reserved = signals.Reserve(Change.OfWebhooks);
        var (first, second) = (waiter.Next, reserved.Next);

        signals.Close();

        Assert.True(first.IsCompleted && second.IsCompleted && signals.IsClosed);
        Assert.Null(signals.Join(Lane, "a"));
    }
}
