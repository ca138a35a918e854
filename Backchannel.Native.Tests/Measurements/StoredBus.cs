using System.Security.Cryptography;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>A database as a bus leaves it that has been used for a while, made without the while: by the bus's own code, in one process.</summary>
/// <remarks>
/// Half of the messages lie in one large channel, a quarter in a channel that is full to its maximum, the rest in small ones. Every
/// second one is claimed and acknowledged, every post has its kept answer, and a tenth as many lie in the history of the large channel. Their
/// priorities take turns.
/// </remarks>
internal sealed class StoredBus
{
    /// <summary>Messages of a small channel.</summary>
    public const int PerSmallChannel = 100;

    private const int Slice = 2_000;

    private StoredBus(string key) => Key = key;

    /// <summary>The raw key that owns everything.</summary>
    public string Key { get; }

    /// <summary>Id of the channel with half of the messages.</summary>
    public string Large { get; private set; } = "";

    /// <summary>Id of the channel that is full.</summary>
    public string Full { get; private set; } = "";

    /// <summary>Id of a channel whose messages have expired already; empty if none was asked for.</summary>
    public string Expired { get; private set; } = "";

    /// <summary>Ids of the small channels.</summary>
    public IReadOnlyList<string> Small { get; private set; } = [];

    /// <summary>A cursor in the middle of the large channel.</summary>
    public string Middle { get; private set; } = "";

    /// <param name="messages">How many are stored.</param>
    /// <param name="expired">How many more, whose time is over and which nobody has swept.</param>
    public static async Task<StoredBus> FillAsync(string path, int messages, int expired = 0)
    {
        using var database = BusDatabase.Open(path, TimeProvider.System, static _ => { });
        var (raw, key) = NewKey();
        var stored = new StoredBus(raw);
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Keys.Add(key, context.Now);
            return true;
        });

        var large = await AddChannelAsync(database, key, "large", null, 86_400);
        var full = await AddChannelAsync(database, key, "full", messages / 4, 86_400);
        stored.Large = large.Id;
        stored.Full = full.Id;
        stored.Middle = await PostAsync(database, key, large, messages / 4);
        await PostAsync(database, key, large, messages / 4);
        await PostAsync(database, key, full, messages / 4);
        await RetractAsync(database, key, large, messages / 10);
        var small = new List<string>();
        for (var i = 0; i < messages / 4 / PerSmallChannel; i++)
        {
            var channel = await AddChannelAsync(database, key, $"small-{i}", null, 86_400);
            small.Add(channel.Id);
            await PostAsync(database, key, channel, PerSmallChannel);
        }

        stored.Small = small;
        if (expired > 0)
        {
            var channel = await AddChannelAsync(database, key, "expired", null, 0);
            stored.Expired = channel.Id;
            await PostAsync(database, key, channel, expired);
        }

        return stored;
    }

    /// <summary>A key as a bus issues it, and as it stores it.</summary>
    public static (string Raw, ApiKeyRecord Stored) NewKey()
    {
        var keyId = $"bck_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        var raw = $"{keyId}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        var hash = new byte[SHA256.HashSizeInBytes];
        KeyRing.Hash(raw, hash);
        return (raw, new ApiKeyRecord(keyId, hash, "owner", true, null));
    }

    private static Task<ChannelRecord> AddChannelAsync(BusDatabase database, ApiKeyRecord key, string name, int? maxMessages, int ttlSeconds) =>
        database.Writes.RunAsync(context => ChannelCreation.Store(context, new ChannelRecord
        {
            Id = "",
            OwnerId = key.OwnerId,
            CreatedByKeyId = key.KeyId,
            Name = name,
            Mode = ChannelMode.Claimable,
            Access = ChannelAccess.Open,
            Discoverable = true,
            Description = "",
            MetadataSchema = "{}",
            TtlSeconds = ttlSeconds,
            RetentionDays = 7,
            MaxMessages = maxMessages,
            CreatedAt = 0,
            UpdatedAt = 0,
        }));

    /// <returns>The cursor behind the last one.</returns>
    private static async Task<string> PostAsync(BusDatabase database, ApiKeyRecord key, ChannelRecord channel, int total)
    {
        var posting = new MessagePosting("one task of an ordinary length, as agents write them", null, null, null, null);
        var cursor = "";
        for (var start = 0; start < total; start += Slice)
        {
            var count = Math.Min(Slice, total - start);
            cursor = await database.Writes.RunAsync(context =>
            {
                var last = 0L;
                for (var i = 0; i < count; i++)
                {
                    var options = new TaskOptions(TaskLimits.MinPriority + (i / 2 % TaskLimits.MaxPriority), null, [], null);
                    var message = posting.Post(context, key, channel with { MaxMessages = null }, options);
                    var view = message.ToWire(context.Storage, channel.Id, context.Now);
                    var reply = JsonBody.Reply(201, new PostedMessage(view, view.CreatedAt), WireJsonContext.Default.PostedMessage);
                    context.Storage.Answers.Add(KeyDigest.Of(key.KeyId, IdempotencyKey.New().Value), context.NextUniqueTime(), new KeptAnswer(1, reply.Status, reply.Body, null));
                    last = message.CreatedAt;
                    if (i % 2 == 1)
                    {
                        Finish(context, key, message, channel);
                    }
                }

                return Instant.ToText(last);
            });
        }

        return cursor;
    }

    private static void Finish(WriteContext context, ApiKeyRecord key, MessageRecord message, ChannelRecord channel)
    {
        var fields = new ClaimFields("worker", null);
        var (_, claimed) = Claiming.Claim(context, key, message, fields);
        Claiming.Acknowledge(context, key, claimed, channel, fields);
    }

    private static async Task RetractAsync(BusDatabase database, ApiKeyRecord key, ChannelRecord channel, int total)
    {
        var posting = new MessagePosting("a task that was taken back", null, null, null, null);
        for (var start = 0; start < total; start += Slice)
        {
            var count = Math.Min(Slice, total - start);
            await database.Writes.RunAsync(context =>
            {
                for (var i = 0; i < count; i++)
                {
                    context.Storage.Archive.Move(posting.Post(context, key, channel).CreatedAt, retracted: true, context.Now);
                }

                return true;
            });
        }
    }
}
