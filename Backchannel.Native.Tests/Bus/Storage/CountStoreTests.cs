using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Storage;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class CountStoreTests : IDisposable
{
    private const string Kept = "SELECT channel, messages, held, acked, timed_acks, claim_to_ack FROM channel_counts ORDER BY channel";

    private const string Counted =
        """
        SELECT c.number, count(m.created_at), count(m.holder), CAST(coalesce(sum(m.acked), 0) AS bigint),
            (SELECT count(*) FROM messages t JOIN acks k ON k.message = t.created_at WHERE t.channel = c.number AND t.claimed_at IS NOT NULL),
            (SELECT CAST(coalesce(sum(k.occurred_at - t.claimed_at), 0) AS bigint) FROM messages t JOIN acks k ON k.message = t.created_at
                WHERE t.channel = c.number AND t.claimed_at IS NOT NULL)
        FROM channels c LEFT JOIN messages m ON m.channel = c.number GROUP BY c.number ORDER BY c.number
        """;

    /// <summary>Each is a transaction, and a round trip or more on PostgreSQL.</summary>
    private static readonly int Steps = TestDatabase.IsPostgres ? Soak.Times(500, 1_500) : 1_500;

    private readonly TestDatabase home = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly ApiKeyRecord key = new("bck_1", [1], "owner", true, null);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Kept_counts_stay_those_of_a_count(int seed)
    {
        using var database = BusDatabase.Open(home.Path, time, static _ => { });
        var random = new Random(seed);

        for (var i = 0; i < Steps; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 50)));
            await database.Writes.RunAsync(context => Step(context, random));
        }

        var (kept, counted) = await database.ReadAsync(storage => (Rows(storage, Kept), Rows(storage, Counted)));
        Assert.NotEmpty(kept);
        Assert.Contains(kept, row => row[4] > 0);
        Assert.Equal(counted, kept);
    }

    public void Dispose() => home.Dispose();

    private bool Step(WriteContext context, Random random)
    {
        var storage = context.Storage;
        var channels = Rows(storage, "SELECT number FROM channels ORDER BY number").ConvertAll(row => row[0]);
        if (channels.Count < 3 || random.Next(200) == 0)
        {
            AddChannel(context, random.Next(2) == 0 ? random.Next(5, 30) : null);
            return true;
        }

        var channel = storage.Channels.FindByNumber(channels[random.Next(channels.Count)])!;
        var messages = Rows(storage, $"SELECT created_at FROM messages WHERE channel = {channel.Number} ORDER BY created_at").ConvertAll(row => row[0]);
        var message = messages.Count > 0 ? messages[random.Next(messages.Count)] : 0;
        switch (random.Next(message == 0 ? 1 : 12))
        {
            case < 4:
                new MessagePosting("x", null, null, null, null).Post(context, key, channel);
                break;
            case < 6:
                var found = storage.Messages.Find(message)!;
                storage.Claims.Claim(found with { HolderNumber = Actor(context, random).Number, ClaimedByKeyId = key.KeyId, ClaimedAt = context.Now, LeaseSalt = 1, LeaseExpiresAt = random.Next(2) == 0 ? context.Now + 1 : null }, null);
                break;
            case < 9:
                storage.Acks.Add(storage.Messages.Find(message)!, Actor(context, random), null, context.Now);
                break;
            case 9:
                storage.Claims.Release(storage.Messages.Find(message)!);
                break;
            case 10:
                storage.Archive.Move(message, retracted: true, context.Now);
                break;
            default:
                Rarely(storage, channel, context.Now, random);
                break;
        }

        return true;
    }

    private static void Rarely(StorageSession storage, ChannelRecord channel, long now, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                storage.Archive.MoveDue(channel.Number, now, 3);
                break;
            case 1:
                storage.Messages.DeleteOldest(channel.Number, 2);
                break;
            case 2 when random.Next(10) == 0:
                storage.Channels.Delete(channel.Number);
                storage.Messages.DeleteOldest(channel.Number, 5);
                break;
        }
    }

    private static ActorRecord Actor(WriteContext context, Random random)
    {
        var name = $"actor {random.Next(3)}";
        return context.Storage.Actors.FindByName("owner", name) ?? context.Storage.Actors.Add("owner", "bck_1", name, "", "{}", context.Now);
    }

    private void AddChannel(WriteContext context, int? maxMessages) => ChannelCreation.Store(context, new ChannelRecord
    {
        Id = "", OwnerId = "owner", CreatedByKeyId = key.KeyId, Name = "n", Mode = "claimable", Access = "open", Discoverable = true,
        Description = "", MetadataSchema = "{}", TtlSeconds = 5, RetentionDays = 1, MaxMessages = maxMessages, CreatedAt = 0, UpdatedAt = 0,
    });

    private static List<long[]> Rows(StorageSession storage, string sql)
    {
        using var query = storage.Connection.Prepare(sql);
        var rows = new List<long[]>();
        while (query.Step())
        {
            rows.Add([.. Enumerable.Range(0, sql.Contains("count", StringComparison.Ordinal) ? 6 : 1).Select(query.Integer)]);
        }

        return rows;
    }
}
