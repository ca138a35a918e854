using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;
using Signals = Backchannel.Native.Bus.Waiting.Signals;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>A database with channels, and claimers that wait for tasks of them, without a server.</summary>
internal sealed class ClaimingPlace : IDisposable
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    private readonly TestDatabase home = new();
    private readonly BusDatabase database;
    private readonly ClaimWaiting claims;

    private ClaimingPlace(int maxWaiters)
    {
        Signals = new Signals(maxWaiters);
        Queue = new ClaimQueue(Time);
        database = BusDatabase.Open(home.Path, Time, Queue.Notice);
        var options = new BusOptions { DatabasePath = home.Path };
        var holders = new HolderRules(new WorkerSessions(Time));
        var acknowledging = new Acknowledging(new ResultChannels(new ChannelCreation(options)), holders);
        claims = new ClaimWaiting(options, database, Signals, Queue, new ClaimNext(holders, acknowledging), Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public Signals Signals { get; }

    public ClaimQueue Queue { get; }

    public ApiKeyRecord Key { get; } = new("bck_1", [1], "owner", true, null);

    public IReadOnlyList<ChannelRecord> Channels { get; private set; } = [];

    /// <summary>Comes with every claim; null: none does.</summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>How many writes there have been.</summary>
    public long Writes => database.Writes.Count;

    public static async Task<ClaimingPlace> CreateAsync(int channels = 1, int maxWaiters = 200)
    {
        var place = new ClaimingPlace(maxWaiters);
        place.Channels = await place.WriteAsync(context =>
        {
            context.Storage.Keys.Add(place.Key, context.Now);
            return Enumerable.Range(0, channels).Select(number => place.Create(context, $"lane-{number}")).ToList();
        });
        return place;
    }

    public Task<T> WriteAsync<T>(Func<WriteContext, T> write) => database.Writes.RunAsync(write);

    public Task<T> ReadAsync<T>(Func<StorageSession, T> read) => database.ReadAsync(read).AsTask();

    public Task<MessageRecord> PostAsync(string content, int channel = 0) => WriteAsync(context => Post(context, content, channel));

    /// <summary>Posts as a part of a write.</summary>
    public MessageRecord Post(WriteContext context, string content, int channel = 0, int priority = 5)
    {
        var message = new MessagePosting(content, null, null, null, null).Post(context, Key, Channels[channel]);
        context.Storage.Connection.Prepare("UPDATE messages SET priority = ? WHERE created_at = ?").Bind(priority).Bind(message.CreatedAt).Run();
        return message;
    }

    /// <summary>Claims, waiting on all channels or on those with these numbers.</summary>
    public async Task<NextTask?> ClaimAsync(string session, TimeSpan wait, CancellationToken disconnected = default, params int[] channels) =>
        (await claims.ClaimAsync(Order(session, wait, channels), disconnected)).Task;

    /// <summary>Claims, and returns once it waits in the line.</summary>
    public async Task<Task<NextTask?>> LineUpAsync(string session, CancellationToken disconnected = default, params int[] channels)
    {
        var claim = ClaimAsync(session, Wait, disconnected, channels);

        // The first look of the claim came before this write, and it lines up as that look ends.
        await WriteAsync(static _ => true);
        return claim;
    }

    public Task TakeBackAsync(NextTask task) => claims.TakeBackAsync(task);

    public void Dispose()
    {
        Signals.Close();
        database.Dispose();
        home.Dispose();
    }

    private ClaimNextOrder Order(string session, TimeSpan wait, int[] channels) => new(
        Key,
        [.. (channels.Length == 0 ? Channels : channels.Select(number => Channels[number])).Select(static channel => channel.Id)],
        new ClaimFields(session, null) { Session = session, HolderSession = session },
        LeaseSeconds: 300,
        wait,
        IdempotencyKey is { } text ? KeyDigest.Of(Key.KeyId, text) : null,
        OnlyRepeats: false)
    {
        Session = session,
    };

    private ChannelRecord Create(WriteContext context, string name) => ChannelCreation.Store(context, new ChannelRecord
    {
        Id = "", OwnerId = Key.OwnerId, CreatedByKeyId = Key.KeyId, Name = name, Mode = ChannelMode.Claimable, Access = ChannelAccess.Open,
        Discoverable = true, Description = "", MetadataSchema = "{}", TtlSeconds = 86_400, RetentionDays = 7, CreatedAt = 0, UpdatedAt = 0,
    });
}
