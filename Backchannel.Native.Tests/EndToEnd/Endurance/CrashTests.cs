using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Pace;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>A bus that is killed again and again under load keeps everything that it has answered with a 2xx.</summary>
[Collection(Soak.Name)]
[Trait(Soak.Name, Soak.Value)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Posters = 6;
    private const int Workers = 4;
    private const int LeastCrashes = 25;

    /// <summary>Under soak, claims are left to their lease until this crash: the leases run out while the rest goes on. Without soak none is, as a lease takes 30 s.</summary>
    private const int LastAbandon = 5;

    private const string Acknowledged =
        """
        SELECT m.content || ' by ' || a.name FROM acks k JOIN messages m ON m.created_at = k.message JOIN actors a ON a.number = k.actor
        """;

    [Fact]
    public async Task What_had_its_2xx_is_there_once_after_crashes_under_load()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var minted = await BusCaller.MintAsync(bus.Http, "load");
        var channel = await minted.CreateAsync("lane");
        var caller = new PersistentCaller(bus, minted);
        var seed = Soak.Seed(output);
        var load = new CrashLoad(caller, channel, seed);
        var random = new Random(seed);
        var posts = Soak.Times(10_000, 250_000);
        await using var progress = Soak.Report(
            output, () => $"{load.Posts.Count:N0} of {posts:N0} posts, {load.Acks.Count:N0} acks");

        List<(string Id, string Content)> read;
        await using (var crashes = new Rhythm(() => TimeSpan.FromSeconds(0.2 + (0.7 * random.NextDouble())), CrashAsync))
        {
            var posting = Task.WhenAll(Enumerable.Range(0, Posters)
                .Select(_ => load.PostAsync(() => load.Posts.Count >= posts && crashes.Beats >= LeastCrashes)));
            var working = Enumerable.Range(0, Workers)
                .Select(number => load.WorkAsync(number, () => Soak.IsOn && crashes.Beats < LastAbandon, () => posting.IsCompletedSuccessfully))
                .ToList();
            var reading = load.ReadAsync(() => posting.IsCompletedSuccessfully);
            await crashes.AccompanyAsync(Soak.Limit(), [posting, .. working, reading]);
            read = await reading;
            output.WriteLine(
                $"{crashes.Beats} crashes, {load.Posts.Count:N0} posts, {load.Claims.Count:N0} claims, {load.Abandoned.Count} of them left to their lease, "
                + $"{load.Acks.Count:N0} acks, {caller.Repetitions} requests without an answer");
        }

        await bus.KillAsync();

        Assert.Equal("ok", DatabaseFile.CheckIntegrity(bus.DatabasePath));
        Assert.Equal(load.Posts.OrderBy(post => post.Value), read.Select(message => KeyValuePair.Create(message.Content, message.Id)).OrderBy(post => post.Value));
        Assert.Equal(load.Posts.Count, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM messages"));
        Assert.Equal(
            load.Posts.Where(post => load.Acks.ContainsKey(post.Value)).Select(post => $"{post.Key} by {load.Acks[post.Value]}").Order(),
            DatabaseFile.QueryTexts(bus.DatabasePath, Acknowledged).Order());
        Assert.Equal(load.Claims.Count, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT sum(deliveries) FROM messages"));
        Assert.Equal(Soak.IsOn, !load.Abandoned.IsEmpty);
        Assert.All(load.Claims.GroupBy(claim => claim.Message), AssertTakenInTurn);

        async Task<bool> CrashAsync()
        {
            await bus.KillAsync();
            await bus.StartAgainAsync();
            await load.CheckHeldAsync();
            return true;
        }
    }

    /// <summary>Each delivery counts one more, and begins after the lease of the one before it.</summary>
    private static void AssertTakenInTurn(IEnumerable<CrashLoad.Claim> claims)
    {
        var turns = claims.OrderBy(claim => claim.Deliveries).ToList();
        Assert.Equal(Enumerable.Range(1, turns.Count), turns.Select(claim => claim.Deliveries));
        Assert.All(turns.Zip(turns.Skip(1)), pair => Assert.True(pair.Second.ClaimedAt >= pair.First.ExpiresAt, $"{pair.Second} came before the end of {pair.First}"));
    }
}
