using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Waiting;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class ClaimWaitingTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    public async Task A_post_wakes_one_of_many_waiting_claimers_and_makes_one_claim(int claimers)
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = new List<Task<NextTask?>>();
        for (var i = 0; i < claimers; i++)
        {
            waiting.Add(await place.LineUpAsync($"session-{i}"));
        }

        var before = place.Writes;
        await place.PostAsync("one");
        var task = await waiting[0].Within();
        await place.WriteAsync(static _ => true);

        Assert.Equal("one", task!.Message.Content);
        Assert.Equal(3, place.Writes - before);
        Assert.DoesNotContain(waiting.Skip(1), static claim => claim.IsCompleted);
    }

    [Fact]
    public async Task Posts_go_to_the_waiting_claimers_in_the_order_in_which_they_came()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = new[] { await place.LineUpAsync("a"), await place.LineUpAsync("b"), await place.LineUpAsync("c") };

        foreach (var content in (string[])["one", "two", "three"])
        {
            await place.PostAsync(content);
        }

        Assert.Equal(["one", "two", "three"], (await Task.WhenAll(waiting).Within()).Select(static task => task!.Message.Content));
    }

    [Fact]
    public async Task Tasks_that_open_in_one_write_wake_as_many_claimers()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = new[] { await place.LineUpAsync("a"), await place.LineUpAsync("b"), await place.LineUpAsync("c") };

        await place.WriteAsync(context => (place.Post(context, "one"), place.Post(context, "two")));

        Assert.Equal(["one", "two"], (await Task.WhenAll(waiting[..2]).Within()).Select(static task => task!.Message.Content).Order());
        Assert.False(waiting[2].IsCompleted);
    }

    [Fact]
    public async Task Each_claim_takes_the_highest_priority_of_all_its_channels_and_then_the_oldest()
    {
        using var place = await ClaimingPlace.CreateAsync(channels: 3);
        await place.WriteAsync(context =>
        {
            place.Post(context, "old", channel: 0);
            place.Post(context, "low", channel: 1, priority: 1);
            place.Post(context, "younger", channel: 1);
            place.Post(context, "urgent", channel: 2, priority: 9);
            place.Post(context, "urgent too", channel: 0, priority: 9);
            return true;
        });

        var taken = new List<string?>();
        for (var i = 0; i < 6; i++)
        {
            taken.Add((await place.ClaimAsync("a", TimeSpan.Zero))?.Message.Content);
        }

        Assert.Equal(["urgent", "urgent too", "old", "younger", "low", null], taken);
    }

    [Fact]
    public async Task What_has_expired_and_is_not_removed_yet_hides_no_task_of_a_lower_priority()
    {
        using var place = await ClaimingPlace.CreateAsync();
        await place.WriteAsync(context => place.Post(context, "over", priority: 9));
        place.Time.Advance(TimeSpan.FromHours(25));
        await place.WriteAsync(context => place.Post(context, "open", priority: 2));

        Assert.Equal("open", (await place.ClaimAsync("a", TimeSpan.Zero))!.Message.Content);
    }

    [Fact]
    public async Task A_claimer_that_was_called_for_one_channel_and_takes_a_task_of_another_has_the_next_one_called()
    {
        using var place = await ClaimingPlace.CreateAsync(channels: 2);
        var both = await place.LineUpAsync("both");
        var second = await place.LineUpAsync("first channel only", channels: 0);

        await place.WriteAsync(context => (place.Post(context, "one", channel: 0), place.Post(context, "urgent", channel: 1, priority: 9)));

        Assert.Equal("urgent", (await both.Within())!.Message.Content);
        Assert.Equal("one", (await second.Within())!.Message.Content);
    }

    [Fact]
    public async Task A_claimer_whose_task_was_taken_by_another_keeps_its_place()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var (first, second) = (await place.LineUpAsync("first"), await place.LineUpAsync("second"));

        await place.WriteAsync(context =>
        {
            var message = place.Post(context, "one");
            return Claiming.Claim(context, place.Key, context.Storage.Messages.Find(message.CreatedAt)!, new ClaimFields("other", null));
        });
        await place.PostAsync("two");

        Assert.Equal("two", (await first.Within())!.Message.Content);
        Assert.False(second.IsCompleted);
    }

    [Theory]
    [InlineData(4.9, "returning")]
    [InlineData(5, "other")]
    public async Task A_session_keeps_its_place_for_five_seconds_between_two_requests(double seconds, string winner)
    {
        using var place = await ClaimingPlace.CreateAsync();
        using var leave = new CancellationTokenSource();
        var first = await place.LineUpAsync("returning", leave.Token);
        var other = await place.LineUpAsync("other");
        await leave.CancelAsync();
        Assert.Null(await first.Within());

        place.Time.Advance(TimeSpan.FromSeconds(seconds));
        var returning = await place.LineUpAsync("returning");
        await place.PostAsync("one");

        Assert.Equal(winner, (await (await Task.WhenAny(returning, other)).Within())!.Message.Holder!.Name);
    }

    [Fact]
    public async Task The_place_belongs_to_its_channels_and_to_one_request_at_a_time()
    {
        using var place = await ClaimingPlace.CreateAsync(channels: 2);
        using var leave = new CancellationTokenSource();
        var first = await place.LineUpAsync("returning", leave.Token, channels: 0);
        var other = await place.LineUpAsync("other");
        await leave.CancelAsync();
        await first.Within();

        var elsewhere = await place.LineUpAsync("returning", channels: [0, 1]);
        var returning = await place.LineUpAsync("returning", channels: 0);
        var again = await place.LineUpAsync("returning", channels: 0);
        Task<NextTask?>[] line = [returning, other, elsewhere, again];
        foreach (var expected in line)
        {
            await place.PostAsync("one");
            Assert.NotNull(await expected.Within());
        }
    }

    [Fact]
    public async Task A_claimer_that_got_a_task_has_no_place_any_more()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var (first, second) = (await place.LineUpAsync("first"), await place.LineUpAsync("second"));
        await place.PostAsync("one");
        await first.Within();

        var again = await place.LineUpAsync("first");
        await place.PostAsync("two");

        Assert.Equal("second", (await second.Within())!.Message.Holder!.Name);
        Assert.False(again.IsCompleted);
    }

    [Fact]
    public async Task A_claimer_whose_connection_is_gone_gets_no_task_and_the_next_one_does()
    {
        using var place = await ClaimingPlace.CreateAsync();
        using var gone = new CancellationTokenSource();
        using var leave = new CancellationTokenSource();
        var first = await place.LineUpAsync("gone", gone.Token);
        var second = await place.LineUpAsync("next");

        // Its call is under way when the connection ends.
        await place.WriteAsync(context =>
        {
            place.Post(context, "one");
            context.AfterCommit(gone.Cancel);
            return true;
        });

        Assert.Equal("one", (await second.Within())!.Message.Content);
        Assert.Null(await first.Within());
    }

    [Fact]
    public async Task A_task_whose_answer_did_not_reach_its_claimer_goes_to_the_next_one_and_does_not_count_as_taken()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var (first, second) = (await place.LineUpAsync("first"), await place.LineUpAsync("second"));
        await place.PostAsync("one");

        await place.TakeBackAsync((await first.Within())!);

        var task = (await second.Within())!;
        Assert.Equal(("one", 1, "second"), (task.Message.Content, task.Message.Deliveries, task.Message.Holder!.Name));
    }

    [Fact]
    public async Task Only_the_very_claim_that_was_not_delivered_is_taken_back()
    {
        using var place = await ClaimingPlace.CreateAsync();
        await place.PostAsync("one");
        var first = (await place.ClaimAsync("first", TimeSpan.Zero))!;
        await place.TakeBackAsync(first);
        var second = (await place.ClaimAsync("second", TimeSpan.Zero))!;

        await place.TakeBackAsync(first);

        Assert.Equal("second", (await place.ReadAsync(storage => storage.Messages.Find(second.Message.CreatedAt)))!.Holder!.Name);
    }

    [Fact]
    public async Task What_a_repetition_got_too_stays_when_either_connection_ends()
    {
        using var place = await ClaimingPlace.CreateAsync();
        place.IdempotencyKey = "one-claim";
        var (first, second) = (await place.LineUpAsync("a"), await place.LineUpAsync("a"));
        await place.PostAsync("one");
        var (claimed, repeated) = ((await first.Within())!, (await second.Within())!);

        await place.TakeBackAsync(claimed);
        await place.TakeBackAsync(repeated);

        Assert.Equal((false, true), (claimed.IsRepeated, repeated.IsRepeated));
        var stored = await place.ReadAsync(storage => storage.Messages.Find(claimed.Message.CreatedAt));
        Assert.Equal((repeated.Message.LeaseToken, "a"), (stored!.LeaseToken, stored.Holder!.Name));
    }

    [Fact]
    public async Task What_a_repetition_got_and_nobody_renewed_is_open_after_its_lease_and_does_not_count_as_taken()
    {
        using var place = await ClaimingPlace.CreateAsync();
        place.IdempotencyKey = "one-claim";
        var (first, second) = (await place.LineUpAsync("a"), await place.LineUpAsync("a"));
        var posted = await place.PostAsync("one");
        await place.TakeBackAsync((await first.Within())!);
        await second.Within();

        place.Time.Advance(TimeSpan.FromSeconds(ClaimNext.UnconfirmedSeconds));
        var ended = await place.WriteAsync(context =>
        {
            TaskAttempts.End(context, context.Storage.Messages.Find(posted.CreatedAt)!, AttemptOutcomes.LeaseRanOut, null);
            return (Message: context.Storage.Messages.Find(posted.CreatedAt)!, Attempts: context.Storage.Tasks.Attempts(posted.CreatedAt).Count);
        });

        Assert.Equal((false, 0, 0), (ended.Message.IsHeld, ended.Message.Deliveries, ended.Attempts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_claim_that_was_renewed_is_not_taken_back(bool hasWaited)
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = hasWaited ? await place.LineUpAsync("a") : null;
        await place.PostAsync("one");
        var claimed = (await (waiting ?? place.ClaimAsync("a", TimeSpan.Zero)).Within())!;
        place.Time.Advance(TimeSpan.FromSeconds(1));
        await place.WriteAsync(context => context.Storage.Claims.Renew(
            claimed.Message.LeaseToken!, context.Now + (300 * Instant.PerSecond), context.Now));

        await place.TakeBackAsync(claimed);

        Assert.Equal("a", (await place.ReadAsync(storage => storage.Messages.Find(claimed.Message.CreatedAt)))!.Holder?.Name);
    }

    [Fact]
    public async Task A_repetition_of_a_claim_that_was_taken_back_is_a_new_claim()
    {
        using var place = await ClaimingPlace.CreateAsync();
        place.IdempotencyKey = "one-claim";
        await place.PostAsync("one");
        await place.TakeBackAsync((await place.ClaimAsync("a", TimeSpan.Zero))!);

        var again = (await place.ClaimAsync("a", TimeSpan.Zero))!;

        Assert.Equal(("one", 1, false), (again.Message.Content, again.Message.Deliveries, again.IsRepeated));
    }

    [Fact]
    public async Task A_wait_ends_empty_when_its_time_is_over_and_no_earlier()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = await place.LineUpAsync("a");

        place.Time.Advance(ClaimingPlace.Wait - TimeSpan.FromMilliseconds(1));
        await place.WriteAsync(static _ => true);
        Assert.False(waiting.IsCompleted);
        place.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await waiting.Within());
    }

    [Fact]
    public async Task A_bus_that_stops_answers_all_who_wait()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = new[] { await place.LineUpAsync("a"), await place.LineUpAsync("b") };

        place.Signals.Close();

        Assert.All(await Task.WhenAll(waiting).Within(), Assert.Null);
    }

    [Fact]
    public async Task Above_the_limit_of_waiters_a_claimer_is_answered_at_once()
    {
        using var place = await ClaimingPlace.CreateAsync(maxWaiters: 1);
        var waiting = await place.LineUpAsync("a");

        Assert.Null(await place.ClaimAsync("b", ClaimingPlace.Wait).Within());
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_task_that_was_waited_for_has_a_lease_of_fifteen_seconds_and_one_that_was_there_the_whole_lease()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = await place.LineUpAsync("a");
        await place.PostAsync("one");
        await place.PostAsync("two");

        var waited = (await waiting.Within())!;
        var atOnce = (await place.ClaimAsync("b", ClaimingPlace.Wait))!;

        Assert.Equal((15, true), ((waited.Message.LeaseExpiresAt - waited.Message.ClaimedAt) / Instant.PerSecond, waited.Message.IsHandedOut));
        Assert.Equal((300, false), ((atOnce.Message.LeaseExpiresAt - atOnce.Message.ClaimedAt) / Instant.PerSecond, atOnce.Message.IsHandedOut));
    }

    [Theory]
    [InlineData("deletion", 404, "channel_not_found")]
    [InlineData("mode", 409, "channel_not_claimable")]
    public async Task A_change_of_one_of_its_channels_answers_a_claimer_at_once_and_names_it(string change, int status, string code)
    {
        using var place = await ClaimingPlace.CreateAsync(channels: 2);
        var waiting = await place.LineUpAsync("a");
        var other = await place.LineUpAsync("b", channels: 0);
        var channel = place.Channels[1];

        await place.WriteAsync(context =>
        {
            if (change == "deletion")
            {
                context.Storage.Channels.Delete(channel.Number);
                context.Changed(Change.DeletionOf(channel.Number));
            }
            else
            {
                context.Storage.Channels.Update(channel with { Mode = ChannelMode.Broadcast });
                context.Changed(Change.OfRules(channel.Number));
            }

            return true;
        });

        var refusal = await Assert.ThrowsAsync<ApiException>(() => waiting.Within());
        Assert.Equal((status, code, channel.Id), (refusal.Status, refusal.Code, refusal.Extras.Single(extra => extra.Key == "channel").Value));
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_key_that_was_revoked_meanwhile_gets_no_task()
    {
        using var place = await ClaimingPlace.CreateAsync();
        var waiting = await place.LineUpAsync("a");
        await place.WriteAsync(context =>
        {
            context.Storage.Keys.Revoke(place.Key.KeyId);
            return true;
        });

        await place.PostAsync("one");

        Assert.Equal(401, (await Assert.ThrowsAsync<ApiException>(() => waiting.Within())).Status);
        Assert.NotNull(await place.ReadAsync(storage => storage.Claims.FindOpen(place.Channels[0].Number, 0, [])));
    }

    [Fact]
    public async Task The_waiting_are_present_while_their_request_hangs_and_five_seconds_longer()
    {
        using var place = await ClaimingPlace.CreateAsync(channels: 2);
        using var leave = new CancellationTokenSource();
        var staying = await place.LineUpAsync("staying", channels: 0);
        var leaving = await place.LineUpAsync("leaving", leave.Token);
        await leave.CancelAsync();
        await leaving.Within();

        var kept = Names(0);
        place.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["staying", "leaving"], kept);
        Assert.Equal(["staying"], Names(0));
        Assert.Empty(Names(1));
        Assert.Equal((1, 0), (place.Queue.CountWaitingOn(place.Channels[0].Number), place.Queue.CountWaitingOn(place.Channels[1].Number)));
        Assert.False(staying.IsCompleted);

        List<string> Names(int channel) => [.. place.Queue.WaitingOn(place.Channels[channel].Number).Select(static worker => worker.Actor)];
    }
}
