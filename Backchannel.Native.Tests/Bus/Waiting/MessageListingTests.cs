using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Waiting;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class MessageListingTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_message_that_came_before_the_place_among_the_waiters_was_taken_is_found_by_the_second_look()
    {
        using var place = await WaitingPlace.CreateAsync();
        place.Time.AtTimer(() => place.Post("between"));

        Assert.Equal(["between"], Contents(await place.ListAsync(Wait).Within()));
    }

    [Fact]
    public async Task A_message_that_comes_during_the_look_which_cannot_see_it_ends_the_wait()
    {
        using var place = await WaitingPlace.CreateAsync();

        // The second look asks for the time after it began to read: it sees the database as it was before.
        place.Time.AtTimer(() => place.Time.AtNow(() => place.Post("unseen")));

        Assert.Equal(["unseen"], Contents(await place.ListAsync(Wait).Within()));
    }

    [Fact]
    public async Task A_wait_ends_with_an_empty_page_when_its_time_is_over_and_no_earlier()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = place.ListAsync(Wait);
        Assert.Equal(Wait, await place.Time.FirstTimer.Within());

        place.Time.Advance(Wait - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        place.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty((await waiting.Within()).Data);
    }

    [Fact]
    public async Task A_wait_is_as_long_as_the_bus_allows_and_no_longer()
    {
        using var place = await WaitingPlace.CreateAsync(options => options with { LongPollMaxWait = TimeSpan.FromSeconds(5) });
        var waiting = place.ListAsync(Wait);
        Assert.Equal(TimeSpan.FromSeconds(5), await place.Time.FirstTimer.Within());

        place.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty((await waiting.Within()).Data);
    }

    [Fact]
    public async Task Above_the_limit_of_waiters_a_listing_is_answered_at_once()
    {
        using var place = await WaitingPlace.CreateAsync(maxWaiters: 1);
        var waiting = place.ListAsync(Wait);
        await place.Time.FirstTimer.Within();

        Assert.Empty((await place.ListAsync(Wait).Within()).Data);
        Assert.False(waiting.IsCompleted);
        await place.PostAsync("one");
        await waiting.Within();
        Assert.Single((await place.ListAsync(Wait)).Data);
    }

    [Fact]
    public async Task A_bus_that_stops_answers_all_who_wait_and_lets_nobody_wait()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = new[] { place.ListAsync(Wait), place.ListAsync(Wait) };

        place.Signals.Close();

        Assert.All(await Task.WhenAll(waiting).Within(), page => Assert.Empty(page.Data));
        Assert.Empty((await place.ListAsync(Wait).Within()).Data);
    }

    [Fact]
    public async Task The_deletion_of_the_channel_ends_the_wait_with_a_refusal()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = place.ListAsync(Wait);

        await place.DeleteChannelAsync();

        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException>(() => waiting.Within())).Status);
    }

    [Fact]
    public async Task Who_leaves_gives_the_place_back()
    {
        using var place = await WaitingPlace.CreateAsync(maxWaiters: 1);
        using var leaving = new CancellationTokenSource();
        var waiting = place.ListAsync(Wait, leaving.Token);
        await place.Time.FirstTimer.Within();

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        var next = place.ListAsync(Wait);
        Assert.False(next.IsCompleted);
        place.Signals.Close();
        await next.Within();
    }

    private static IEnumerable<string> Contents(Page<Message> page) => page.Data.Select(message => message.Content);
}
