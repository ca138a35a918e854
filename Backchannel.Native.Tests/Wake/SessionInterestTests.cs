using Backchannel.Native.Wake;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Wake;

public sealed class SessionInterestTests
{
    private const string Lane = "reviews";

    private readonly SignallingTimeProvider time = new();
    private readonly SessionInterest interest;

    public SessionInterestTests() => interest = new(time);

    [Fact]
    public void A_task_is_news_each_time_that_it_comes_back()
    {
        interest.Offer("a", Lane);
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 0);
        var first = Tell();

        // That it was taken and came back in between was never seen.
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 1);
        var second = Tell();
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 1);

        Assert.Equal(["task:a:0", "task:a:1"], [.. first, .. second]);
        Assert.Empty(Tell());
    }

    [Fact]
    public void A_task_that_comes_back_is_news_on_a_bus_that_does_not_count()
    {
        interest.Offer("a", Lane);
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: null);
        var first = Tell();
        interest.SeeOffered("a", TaskStates.Claimed, isOver: false, deliveries: null);
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: null);

        Assert.Equal(["task:a:0", "task:a:1"], [.. first, .. Tell()]);
    }

    [Fact]
    public void A_task_that_is_taken_before_it_was_told_is_no_news_until_it_comes_back()
    {
        interest.Offer("a", Lane);
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 0);
        interest.SeeOffered("a", TaskStates.Claimed, isOver: false, deliveries: 1);
        var taken = Tell();
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 1);

        Assert.Empty(taken);
        Assert.Equal(["task:a:1"], Tell());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_task_that_the_session_gave_back_is_no_news_until_another_worker_gives_it_back(bool isSeenFree)
    {
        interest.Offer("a", Lane);
        interest.SeeOffered("a", TaskStates.Claimed, isOver: false, deliveries: 1);
        interest.Release("a");
        if (isSeenFree)
        {
            interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 1);
        }

        var own = Tell();
        interest.SeeOffered("a", TaskStates.Claimed, isOver: false, deliveries: 2);
        interest.SeeOffered("a", TaskStates.Open, isOver: false, deliveries: 2);

        Assert.Empty(own);
        Assert.Equal(["task:a:2"], Tell());
    }

    [Fact]
    public void On_a_long_lane_tasks_that_were_told_make_room_for_others()
    {
        foreach (var id in Enumerable.Range(0, 100))
        {
            interest.Offer($"{id}", Lane);
            interest.SeeOffered($"{id}", TaskStates.Open, isOver: false, deliveries: 0);
        }

        Tell();
        interest.Offer("later", Lane);

        Assert.Contains("later", Assert.Single(interest.Watched().Parts));
    }

    [Fact]
    public void Of_many_posts_the_first_are_watched_as_well_as_the_last_in_requests_of_a_hundred()
    {
        interest.Await([.. Enumerable.Range(0, 620).Select(static id => $"{id}")]);
        interest.Offer("lane", Lane);

        var parts = interest.Watched().Parts;
        Assert.Equal([100, 100, 100, 100, 100, 1], parts.Select(static part => part.Length));
        Assert.Equal("0", parts[0][0]);
        interest.Drop("0");
        Assert.Contains("500", interest.Watched().Parts[4]);
    }

    [Fact]
    public void Of_a_flood_of_messages_the_newest_hundred_are_kept_and_a_result_is_told_before_them()
    {
        foreach (var id in Enumerable.Range(0, 12_000))
        {
            interest.Raise(WakeEvent.Message($"{id}", "news"));
            time.Advance(TimeSpan.FromTicks(1));
        }

        interest.Await(["own"]);
        interest.Raise(WakeEvent.Over("own", 3));
        time.Advance(TimeSpan.FromSeconds(5));

        var events = interest.Tellable().Events;
        Assert.Equal(101, events.Count);
        Assert.Equal("own", events[0].Id);
        Assert.Contains(events, static one => one.Id == "11999");
        Assert.Contains("100 or more new messages are there to read on the channel news", WakeSentence.Write(events), StringComparison.Ordinal);
    }

    /// <summary>Tells the session all that is new.</summary>
    private List<string> Tell()
    {
        time.Advance(TimeSpan.FromSeconds(5));
        var keys = interest.Tellable().Events.Select(static one => one.Key).ToList();
        interest.MarkTold(keys.ToHashSet());
        return keys;
    }
}
