using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>Channels, keys and limits of several buses that share a database.</summary>
public sealed class SharedChannelsTests
{
    private const int Writers = 32;
    private const int PostsOfEach = 15;

    [PostgresFact]
    public async Task Readers_that_follow_at_each_bus_miss_nothing_and_get_nothing_twice_while_32_write_at_three_buses()
    {
        await using var buses = await SeveralBuses.StartAsync(3);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = (await caller.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"broadcast","max_messages":100000}""")).Text("id");
        var readers = Enumerable.Range(0, 3).Select(bus => FollowAsync(buses.At(bus, caller), channel)).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, Writers), new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (writer, _) =>
        {
            for (var i = 0; i < PostsOfEach; i++)
            {
                await buses.At((writer + i) % 3, caller).PostAsync(channel, $"{writer}-{i}");
            }
        });

        var expected = Enumerable.Range(0, Writers).SelectMany(writer => Enumerable.Range(0, PostsOfEach).Select(i => $"{writer}-{i}")).Order().ToList();
        foreach (var reader in readers)
        {
            Assert.Equal(expected, (await reader.Within()).Order());
        }
    }

    [PostgresFact]
    public async Task A_reader_that_waits_at_another_bus_is_woken_by_a_post_a_changed_rule_and_a_deletion()
    {
        await using var buses = await SeveralBuses.StartAsync(2);
        var owner = await BusCaller.MintAsync(buses[0], "owner");
        var guest = await BusCaller.MintAsync(buses[0], "guest");
        var (posted, closed, deleted) = (await owner.CreateAsync("posted"), await owner.CreateAsync("closed"), await owner.CreateAsync("deleted"));
        var waits = ((string[])[posted, closed, deleted]).Select(channel => buses.At(1, guest).SendAsync("GET", $"/v1/channels/{channel}/messages?wait=50")).ToList();
        var claims = ((string[])[closed, deleted]).Select(channel => ClaimAsync(buses.At(1, guest), channel, wait: 50)).ToList();
        await WaitersAsync(buses[1], 5);

        await owner.PostAsync(posted, "x");
        var restricted = await owner.SendAsync("PATCH", $"/v1/channels/{closed}", """{"access":"restricted"}""");
        await owner.SendAsync("DELETE", $"/v1/channels/{deleted}");

        Assert.Equal(200, restricted.Status);
        Assert.Equal([200, 403, 404], (await Task.WhenAll(waits).Within()).Select(static answer => answer.Status));
        Assert.Equal([403, 404], (await Task.WhenAll(claims).Within()).Select(static answer => answer.Status));
    }

    [PostgresFact]
    public async Task A_key_that_is_revoked_at_one_bus_is_refused_by_the_others_as_soon_as_they_heard_of_it()
    {
        await using var buses = await SeveralBuses.StartAsync(3);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await buses.At(i, caller).SendAsync("GET", Routes.OwnKey)).Status);
        }

        await caller.SendAsync("DELETE", Routes.OwnKey);
        await buses.SettleAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(401, (await buses.At(i, caller).SendAsync("GET", Routes.OwnKey)).Status);
        }
    }

    [PostgresFact]
    public async Task A_key_that_is_revoked_without_a_word_is_refused_after_five_seconds()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var buses = await SeveralBuses.StartAsync(1, time: _ => time);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        await caller.SendAsync("GET", Routes.OwnKey);

        await buses.QueryAsync($"UPDATE keys SET active = 0 WHERE key_id = '{caller.KeyId}'");
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(401, (await caller.SendAsync("GET", Routes.OwnKey)).Status);
    }

    [PostgresFact]
    public async Task A_switch_of_minting_and_the_scopes_of_a_key_hold_at_every_bus_and_rates_count_for_each_alone()
    {
        await using var buses = await SeveralBuses.StartAsync(2, options => options with { AdminToken = "t", RateLimit = 4 });
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var there = buses.At(1, caller);
        await there.SendAsync("GET", Routes.OwnKey);

        await new BusCaller(buses[0], "", "").SendAsync("POST", Routes.Minting, """{"enabled":false}""", headers: [new(HeaderNames.AdminToken, "t")]);
        var minted = await new BusCaller(buses[1], "", "").SendAsync("POST", Routes.Keys, """{"agent_label":"b"}""");
        await caller.SendAsync("PUT", Routes.OwnKeyScopes, """{"scopes":["channels:read"]}""");
        await buses.SettleAsync();
        var created = await there.SendAsync("POST", "/v1/channels", """{"name":"lane"}""");
        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            statuses.Add((await caller.SendAsync("GET", Routes.OwnKey)).Status);
            statuses.Add((await there.SendAsync("GET", Routes.OwnKey)).Status);
        }

        Assert.Equal((403, "minting_closed", 403), (minted.Status, minted.Text("error"), created.Status));
        Assert.Equal([200, 200, 200, 200, 200, 429], statuses);
    }

    internal static Task<BusAnswer> ClaimAsync(BusCaller caller, string channel, int wait, string session = "secret-of-process-1") =>
        caller.SendAsync("POST", Routes.ClaimNext, $$"""{"session": "{{session}}", "channels": ["{{channel}}"], "wait": {{wait}}}""");

    /// <summary>Returns once so many requests wait at a bus.</summary>
    internal static async Task WaitersAsync(TestBus bus, int count)
    {
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested;)
        {
            if (bus.Server.Waiters == count)
            {
                return;
            }

            using var pause = await bus.Http.GetAsync(Routes.Live);
        }

        Assert.Fail($"{bus.Server.Waiters} requests wait, not {count}.");
    }

    private static async Task<List<string>> FollowAsync(BusCaller caller, string channel)
    {
        var reader = new ChannelReader(channel);
        for (var empty = 0; reader.Messages.Count < Writers * PostsOfEach && empty < 3;)
        {
            empty = reader.Take(await caller.SendAsync("GET", reader.NextPage(wait: 20))) ? 0 : empty + 1;
        }

        return [.. reader.Messages.Select(static message => message.Content)];
    }
}
