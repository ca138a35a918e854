using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Waiting;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class MessageWatchTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Health_says_what_this_bus_adds()
    {
        await using var bus = await TestBus.StartAsync();

        var health = await new BusCaller(bus, "", "").SendAsync("GET", "/health");

        Assert.Equal("message-read, deliveries, ordered-cursors, leased-ack, ack-with-result, lease-sweep, task-sessions, task-life, task-notes, task-wait, replies, own-tasks, task-files, claim-next, ack-and-claim, channel-workers, views, task-traces", health.Header(HeaderNames.Additions));
        Assert.Equal($"backchannel-mcp/{ProductVersion.Text}", health.Header("Server"));
    }

    [Fact]
    public async Task The_metadata_of_an_ack_comes_back()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{message}/ack", """{"metadata":{"result":42}}""");

        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");

        var ack = Assert.Single(read.Json.GetProperty("acks").EnumerateArray());
        Assert.Equal(("a", 42), (ack.GetProperty("name").GetString(), ack.GetProperty("metadata").GetProperty("result").GetInt32()));
        Assert.Equal((1, 2), (read.Json.GetProperty("deliveries").GetInt32(), read.Json.GetProperty("version").GetInt32()));
        Assert.Equal(message, read.Json.GetProperty("message").GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("claim")]
    [InlineData("ack")]
    public async Task A_waiting_reader_is_answered_when_the_message_changes(string verb)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var waiting = caller.SendAsync("GET", $"/v1/messages/{message}?after=0&wait=25");

        await caller.SendAsync("POST", $"/v1/messages/{message}/{verb}", "{}");

        Assert.Equal(1, (await waiting.Within()).Json.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_message_taken_back_ends_the_wait()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var waiting = caller.SendAsync("GET", $"/v1/messages/{message}?after=0&wait=25");

        await caller.SendAsync("DELETE", $"/v1/messages/{message}");

        Assert.Equal(404, (await waiting.Within()).Status);
    }

    [Fact]
    public async Task The_deletion_of_its_channel_ends_the_wait()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        var waiting = caller.SendAsync("GET", $"/v1/messages/{message}?after=0&wait=25");

        await caller.SendAsync("DELETE", $"/v1/channels/{channel}");

        Assert.Equal((404, "message_not_found"), await StatusAsync(waiting));
    }

    [Fact]
    public async Task The_deletion_of_a_channel_ends_the_wait_for_its_listing()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var waiting = caller.SendAsync("GET", $"/v1/channels/{channel}/messages?wait=25");

        await caller.SendAsync("DELETE", $"/v1/channels/{channel}");

        Assert.Equal((404, "channel_not_found"), await StatusAsync(waiting));
    }

    [Fact]
    public async Task A_message_taken_back_does_not_end_the_wait_for_a_listing()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        var cursor = Uri.EscapeDataString((await caller.SendAsync("GET", $"/v1/channels/{channel}/messages")).Text("next_cursor"));
        var waiting = caller.SendAsync("GET", $"/v1/channels/{channel}/messages?cursor={cursor}&wait=25");

        await caller.SendAsync("DELETE", $"/v1/messages/{message}");
        var next = await caller.PostAsync(channel, "two");

        var page = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(next, page.Json.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_older_version_is_answered_at_once()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        await caller.SendAsync("POST", $"/v1/messages/{message}/claim", "{}");

        var read = await caller.SendAsync("GET", $"/v1/messages/{message}?after=0&wait=25");

        Assert.Equal("a", read.Json.GetProperty("message").GetProperty("claimed_by").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_strangers_restricted_message_stays_hidden()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var stranger = await BusCaller.MintAsync(bus, "stranger");
        var channel = await owner.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"claimable","access":"restricted"}""");
        var message = await owner.PostAsync(channel.Text("id"), "one");

        var read = await stranger.SendAsync("GET", $"/v1/messages/{message}");

        Assert.Equal((403, "channel_access_denied"), (read.Status, read.Text("error")));
    }

    [Fact]
    public async Task A_version_that_is_no_number_is_refused()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");

        var read = await caller.SendAsync("GET", $"/v1/messages/{message}?after=x");

        Assert.Equal((422, "invalid_field"), (read.Status, read.Text("error")));
    }

    [Fact]
    public async Task A_change_before_the_place_among_the_waiters_was_taken_is_found_by_the_second_look()
    {
        using var place = await WaitingPlace.CreateAsync();
        place.Time.AtTimer(place.Claim);

        Assert.Equal(1, (await place.WatchAsync(Wait).Within()).Version);
    }

    [Fact]
    public async Task A_wait_ends_with_the_known_version_when_its_time_is_over_and_no_earlier()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = place.WatchAsync(Wait);
        Assert.Equal(Wait, await place.Time.FirstTimer.Within());

        place.Time.Advance(Wait - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        place.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(0, (await waiting.Within()).Version);
    }

    [Fact]
    public async Task Above_the_limit_of_waiters_a_reader_is_answered_at_once()
    {
        using var place = await WaitingPlace.CreateAsync(maxWaiters: 1);
        var waiting = place.WatchAsync(Wait);
        await place.Time.FirstTimer.Within();

        Assert.Equal(0, (await place.WatchAsync(Wait).Within()).Version);
        Assert.False(waiting.IsCompleted);
        place.Signals.Close();
        await waiting.Within();
    }

    [Fact]
    public async Task A_bus_that_stops_answers_all_who_wait()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = new[] { place.WatchAsync(Wait), place.WatchAsync(Wait) };

        place.Signals.Close();

        Assert.All(await Task.WhenAll(waiting).Within(), state => Assert.Equal(0, state.Version));
    }

    [Fact]
    public async Task The_deletion_of_the_channel_wakes_every_reader_of_its_messages()
    {
        using var place = await WaitingPlace.CreateAsync();
        var waiting = new[] { place.WatchAsync(Wait), place.WatchAsync(Wait) };

        await place.DeleteChannelAsync();

        foreach (var one in waiting)
        {
            Assert.Equal(404, (await Assert.ThrowsAsync<ApiException>(() => one.Within())).Status);
        }
    }

    private static async Task<(int Status, string Error)> StatusAsync(Task<BusAnswer> waiting)
    {
        var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        return (answer.Status, answer.Text("error"));
    }
}
