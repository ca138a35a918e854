using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Bus.Maintenance;

public sealed class ExpirySweepTests : IDisposable
{
    // Messages of one write are microseconds apart, so a test advances by a little more.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(300);

    private readonly string folder = Directory.CreateTempSubdirectory("sweep-").FullName;
    private readonly SignallingTimeProvider time = new();
    private readonly BusDatabase database;
    private readonly ExpirySweep sweep;
    private readonly ApiKeyRecord key = new("bck_1", [1], "owner", true, null);

    public ExpirySweepTests()
    {
        database = BusDatabase.Open(Path.Combine(folder, "bus.db"), time, static _ => { });
        sweep = new ExpirySweep(database, time);
    }

    [Fact]
    public async Task What_expires_at_once_is_moved_in_several_writes()
    {
        await PostAsync(await AddChannelAsync(), 450);
        await PostAsync(await AddChannelAsync(), 1);
        var living = await AddChannelAsync(ttlSeconds: 3600);
        await PostAsync(living, 3);
        time.Advance(Life + TimeSpan.FromSeconds(1));
        var writes = database.Writes.Count;

        await SweepAsync();

        Assert.Equal((3, 451), (await CountAsync("messages"), await CountAsync("archive")));
        Assert.True(database.Writes.Count - writes >= 3);
    }

    [Fact]
    public async Task Messages_end_by_their_own_end_whatever_their_place()
    {
        var channel = await AddChannelAsync();
        time.Set(TimeSpan.FromDays(3650));
        await PostAsync(channel, 1);
        time.Set(TimeSpan.FromDays(-3650));
        await PostAsync(channel, 450);
        await SweepAsync();
        time.Advance(Life + TimeSpan.FromSeconds(1));

        await SweepAsync();

        Assert.Equal((1, 450), (await CountAsync("messages"), await CountAsync("archive")));
    }

    [Fact]
    public async Task A_wrong_reading_of_the_clock_moves_and_removes_nothing()
    {
        await PostAsync(await AddChannelAsync(), 3);
        time.Set(TimeSpan.FromDays(3650));

        await SweepAsync();
        time.Set(TimeSpan.FromDays(-3650));
        await SweepAsync();
        var kept = await CountAsync("messages");
        time.Advance(Life + TimeSpan.FromSeconds(1));
        await SweepAsync();

        Assert.Equal((3, 0), (kept, await CountAsync("messages")));
    }

    [Fact]
    public async Task What_is_over_takes_no_place_of_a_full_channel_and_is_not_deleted_for_good()
    {
        var channel = await AddChannelAsync();
        var bounded = channel with { MaxMessages = 3 };
        await PostAsync(bounded, 3);
        time.Advance(Life + TimeSpan.FromSeconds(1));
        await PostAsync(bounded, 4);
        var stored = await CountAsync("messages");

        await SweepAsync();

        Assert.Equal((6, 3, 3), (stored, await CountAsync("messages"), await CountAsync("archive")));
    }

    [Fact]
    public async Task History_is_kept_as_long_as_its_channel_says()
    {
        var (shorter, longer) = (await AddChannelAsync(retentionDays: 1), await AddChannelAsync(retentionDays: 3));
        await PostAsync(shorter, 250);
        await PostAsync(longer, 2);
        time.Advance(Life + TimeSpan.FromSeconds(1));
        await SweepAsync();

        time.Advance(TimeSpan.FromDays(1));
        await SweepAsync();
        var afterOneDay = await CountAsync("archive");
        time.Advance(TimeSpan.FromDays(2));
        await SweepAsync();

        Assert.Equal((2, 0), (afterOneDay, await CountAsync("archive")));
    }

    [Fact]
    public async Task A_deleted_channel_leaves_nothing_behind()
    {
        var channel = await AddChannelAsync();
        await PostAsync(channel, 10);
        time.Advance(Life + TimeSpan.FromSeconds(1));
        await SweepAsync();
        await PostAsync(channel, 450);
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Channels.Delete(channel.Number);
            return true;
        });

        await SweepAsync();

        Assert.Equal((0, 0, 0, 0), (await CountAsync("messages"), await CountAsync("archive"), await CountAsync("removed_channels"), await CountAsync("channel_counts")));
    }

    [Fact]
    public async Task A_lowered_maximum_is_reached_by_the_next_post_and_the_sweep()
    {
        var channel = await AddChannelAsync(ttlSeconds: 3600);
        await PostAsync(channel, 800);
        var bounded = channel with { MaxMessages = 10 };
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Channels.Update(bounded);
            return true;
        });

        await PostAsync(bounded, 1);
        var afterPost = await CountAsync("messages");
        await SweepAsync();

        Assert.Equal((301, 10), (afterPost, await CountAsync("messages")));
    }

    [Fact]
    public async Task A_lowered_maximum_is_reached_though_the_bus_was_restarted_after_the_post()
    {
        var channel = await AddChannelAsync(ttlSeconds: 3600);
        await PostAsync(channel, 800);
        var bounded = channel with { MaxMessages = 10 };
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Channels.Update(bounded);
            return true;
        });
        await PostAsync(bounded, 1);

        database.Dispose();
        using var again = BusDatabase.Open(Path.Combine(folder, "bus.db"), time, static _ => { });
        await new ExpirySweep(again, time).RunAsync(CancellationToken.None);

        Assert.Equal(10, await again.ReadAsync(storage => storage.Connection.QueryInteger("SELECT count(*) FROM messages")));
        Assert.Empty(await again.ReadAsync(storage => storage.Overflow.Channels()));
    }

    [Fact]
    public async Task What_a_task_ended_as_stays_with_the_archived_message_and_goes_with_it()
    {
        var channel = await AddChannelAsync(retentionDays: 1);
        var (done, cancelled) = await database.Writes.RunAsync(context =>
        {
            var worker = context.Storage.Actors.Add("owner", key.KeyId, "worker", "", "{}", context.Now);
            var posting = new MessagePosting("x", null, null, null, null);
            var (first, second) = (posting.Post(context, key, channel), posting.Post(context, key, channel));
            context.Storage.Acks.Add(first, worker, null, context.NextTime());
            TaskLife.Cancel(context, second, "not needed", worker.Number, key.KeyId);
            return (first.Id, second.Id);
        });
        time.Advance(Life + TimeSpan.FromSeconds(1));

        await SweepAsync();
        var ends = await database.ReadAsync(storage => (EndOf(storage, done), EndOf(storage, cancelled)));
        time.Advance(TimeSpan.FromDays(2));
        await SweepAsync();

        Assert.Equal(("acknowledged worker ", "cancelled worker not needed"), ends);
        Assert.Equal((0, 0), (await CountAsync("archive"), await CountAsync("tasks")));

        string EndOf(StorageSession storage, string id) => ExpiredTask.Refuse(storage, key, id, tellsEnd: true).Extras.ToDictionary(static extra => extra.Key, static extra => extra.Value) is var extras
            ? $"{extras["task_state"]} {extras["ended_by"]} {extras.GetValueOrDefault("reason")}"
            : "";
    }

    [Fact]
    public async Task A_lowered_maximum_deletes_nothing_before_the_next_post()
    {
        var channel = await AddChannelAsync(ttlSeconds: 3600);
        await PostAsync(channel, 20);
        time.Advance(TimeSpan.FromSeconds(1));
        var bounded = channel with { MaxMessages = 10, UpdatedAt = Instant.Now(time) };
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Channels.Update(bounded);
            return true;
        });

        await SweepAsync();
        var afterSweep = await CountAsync("messages");
        await PostAsync(bounded, 1);

        Assert.Equal((20, 10), (afterSweep, await CountAsync("messages")));
    }

    [Fact]
    public async Task Kept_answers_are_forgotten_after_a_day()
    {
        await database.Writes.RunAsync(context =>
        {
            for (var i = 0; i < 450; i++)
            {
                context.Storage.Answers.Add(new KeyDigest(i, i), context.NextUniqueTime(), new KeptAnswer(1, 204, default, null));
            }

            return true;
        });
        time.Advance(TimeSpan.FromHours(23));
        await SweepAsync();
        var before = await CountAsync("answers");

        time.Advance(TimeSpan.FromHours(2));
        await SweepAsync();

        Assert.Equal((450, 0), (before, await CountAsync("answers")));
    }

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private Task SweepAsync() => sweep.RunAsync(CancellationToken.None);

    private Task<ChannelRecord> AddChannelAsync(int ttlSeconds = 300, int retentionDays = 7) =>
        database.Writes.RunAsync(context => ChannelCreation.Store(context, new ChannelRecord
        {
            Id = "", OwnerId = "owner", CreatedByKeyId = key.KeyId, Name = "n", Mode = "claimable", Access = "open", Discoverable = true,
            Description = "", MetadataSchema = "{}", TtlSeconds = ttlSeconds, RetentionDays = retentionDays, CreatedAt = 0, UpdatedAt = 0,
        }));

    private Task<bool> PostAsync(ChannelRecord channel, int count) => database.Writes.RunAsync(context =>
    {
        for (var i = 0; i < count; i++)
        {
            new MessagePosting("x", null, null, null, null).Post(context, key, channel);
        }

        return true;
    });

    private ValueTask<long> CountAsync(string table) => database.ReadAsync(storage => storage.Connection.QueryInteger($"SELECT count(*) FROM {table}"));
}
