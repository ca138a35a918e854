using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Signals = Backchannel.Native.Bus.Waiting.Signals;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>A database with one channel and one message, and what waits for changes of it, without a server.</summary>
internal sealed class WaitingPlace : IDisposable
{
    private readonly TestDatabase home = new();
    private readonly BusDatabase database;
    private readonly MessageListing listing;
    private readonly MessageWatch watch;
    private readonly TaskWatch taskWatch;

    private WaitingPlace(InterveningTimeProvider time, Func<BusOptions, BusOptions> configure, int maxWaiters)
    {
        Time = time;
        Signals = new Signals(maxWaiters);
        database = BusDatabase.Open(home.Path, time, Signals.Signal);
        var options = configure(new BusOptions { DatabasePath = home.Path });
        listing = new MessageListing(options, database, Signals, time);
        watch = new MessageWatch(options, database, Signals, time);
        taskWatch = new TaskWatch(options, database, Signals, WatchTime);
    }

    public InterveningTimeProvider Time { get; }

    /// <summary>The time of waits for many tasks alone.</summary>
    public InterveningTimeProvider WatchTime { get; } = new();

    public Signals Signals { get; }

    public ApiKeyRecord Key { get; } = new("bck_1", [1], "owner", true, null);

    public ChannelRecord Channel { get; private set; } = null!;

    public MessageRecord First { get; private set; } = null!;

    public static async Task<WaitingPlace> CreateAsync(Func<BusOptions, BusOptions>? configure = null, int maxWaiters = 10)
    {
        var place = new WaitingPlace(new InterveningTimeProvider(), configure ?? (static options => options), maxWaiters);
        place.Channel = await place.database.Writes.RunAsync(context => ChannelCreation.Store(context, new ChannelRecord
        {
            Id = "", OwnerId = place.Key.OwnerId, CreatedByKeyId = place.Key.KeyId, Name = "lane", Mode = ChannelMode.Claimable,
            Access = ChannelAccess.Open, Discoverable = true, Description = "", MetadataSchema = "{}", TtlSeconds = 86_400, RetentionDays = 7,
            CreatedAt = 0, UpdatedAt = 0,
        }));
        place.First = await place.PostAsync("first");
        return place;
    }

    public Task<MessageRecord> PostAsync(string content) => database.Writes.RunAsync(context =>
        new MessagePosting(content, null, null, null, null).Post(context, Key, Channel));

    /// <summary>Posts while the code under test is held up.</summary>
    public void Post(string content) => PostAsync(content).GetAwaiter().GetResult();

    /// <summary>Claims the first message while the code under test is held up.</summary>
    public void Claim() => database.Writes.RunAsync(context =>
        Claiming.Claim(context, Key, context.Storage.Messages.Find(First.Id)!, new ClaimFields("worker", null))).GetAwaiter().GetResult();

    public Task DeleteChannelAsync() => database.Writes.RunAsync(context =>
    {
        context.Storage.Channels.Delete(Channel.Number);
        context.Changed(Change.OfChannel(Channel.Number));
        context.Changed(Change.DeletionOf(Channel.Number));
        return true;
    });

    /// <summary>What comes after the first message.</summary>
    public Task<Page<Message>> ListAsync(TimeSpan wait, CancellationToken cancellationToken = default) =>
        listing.ReadAsync(Key, Channel.Id, new MessageFilter(First.CreatedAt, null, null, 50), null, wait, cancellationToken);

    /// <summary>The first message once it has changed.</summary>
    public Task<MessageState> WatchAsync(TimeSpan wait, CancellationToken cancellationToken = default) =>
        watch.ReadAsync(Key, First.Id, 0, wait, cancellationToken);

    /// <summary>Those of the tasks that have changed, as JSON.</summary>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> WatchAllAsync(IReadOnlyList<SeenTask> tasks, TimeSpan wait) =>
        taskWatch.ReadAsync(Key, tasks, results: false, wait, CancellationToken.None);

    public void Dispose()
    {
        database.Dispose();
        home.Dispose();
    }
}
