using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;

namespace Backchannel.Native.Tests.Bus.Storage;

public sealed class QueryPlanTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plan-").FullName;

    [Fact]
    public void Every_listing_is_served_by_an_index()
    {
        using var database = BusDatabase.Open(Path.Combine(folder, "bus.db"), TimeProvider.System, new ChannelSignals(1));

        var plans = database.Read(storage =>
        {
            Use(storage);
            return storage.Connection.Texts.Where(text => text.StartsWith("SELECT", StringComparison.Ordinal)).ToList()
                .Select(text => (Text: text, Plan: Plan(storage.Connection, text))).ToList();
        });

        Assert.NotEmpty(plans);
        Assert.DoesNotContain(plans, plan => plan.Plan.Contains("SCAN m", StringComparison.Ordinal)
            || plan.Plan.Contains("SCAN messages", StringComparison.Ordinal)
            || plan.Plan.Contains("SCAN archive", StringComparison.Ordinal)
            || plan.Plan.Contains("SCAN events", StringComparison.Ordinal)
            || plan.Plan.Contains("SCAN c", StringComparison.Ordinal)
            || (plan.Plan.Contains("SCAN webhook_queue", StringComparison.Ordinal) && !plan.Plan.Contains("INDEX", StringComparison.Ordinal))
            || plan.Plan.Contains("SCAN answers", StringComparison.Ordinal));
        Assert.DoesNotContain(
            plans,
            plan => plan.Plan.Contains("TEMP B-TREE", StringComparison.Ordinal) && plan.Text.Contains(" LIMIT ", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Use(StorageSession storage)
    {
        var channel = new ChannelRecord
        {
            Number = 1, Id = "x", OwnerId = "o", CreatedByKeyId = "k", Name = "n", Mode = "claimable", Access = "open", Discoverable = true,
            Description = "", MetadataSchema = "{}", TtlSeconds = 300, RetentionDays = 1, CreatedAt = 0, UpdatedAt = 0,
        };
        storage.Messages.List(channel, new MessageFilter(1, 2, null, 50), 1);
        storage.Messages.List(channel, new MessageFilter(1, 2, "claimed", 50), 1);
        storage.Messages.List(channel, new MessageFilter(1, 2, "unclaimed", 50), 1);
        storage.Messages.RunOutLeases(1, 1);
        storage.Messages.HasRunOutLease(1);
        storage.Messages.CountSince(1, 1, 1);
        storage.Messages.Beyond(1, 1);
        storage.Messages.Count(1);
        storage.Messages.AckDetails(1);
        storage.Channels.Totals("o");
        storage.Webhooks.Due(1, 1);
        storage.Webhooks.NextDue();
        storage.Webhooks.HasTaken();
        storage.Webhooks.Find(1);
        storage.Messages.Acknowledgements(1);
        storage.Messages.Find(BusId.New(1));
        storage.Archive.List(channel, 1, 1);
        storage.Archive.Due(1, 1, 1);
        storage.Events.List(channel, 1, 1, 1);
        storage.Channels.Discoverable(1, 1);
        storage.Channels.Find("x", "o");
        storage.Channels.Aliases(1);
        storage.Channels.Related(1);
        storage.Answers.Find(1, 1);
    }

    private static string Plan(SqliteConnection connection, string text)
    {
        using var plan = connection.Prepare("EXPLAIN QUERY PLAN " + text);
        var lines = new List<string>();
        while (plan.Step())
        {
            lines.Add(plan.Text(3));
        }

        return string.Join('\n', lines);
    }
}
