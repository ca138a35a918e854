using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>What a <see cref="LateStampingBus"/> keeps.</summary>
internal sealed class LateStampingStore(TimeProvider time, TimeSpan resolution)
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private readonly Lock gate = new();
    private readonly List<Channel> channels = [];
    private readonly List<Message> messages = [];
    private readonly Dictionary<string, (string Token, DateTimeOffset Expiry)> leases = [];
    private readonly Dictionary<(string Owner, string Name), ActorReference> actors = [];
    private readonly List<(int StoreAfter, TaskCompletionSource Stored)> late = [];
    private readonly HashSet<Task> unstored = [];
    private int posting;
    private int stamped;

    /// <summary>Labels of keys by key id.</summary>
    public ConcurrentDictionary<string, string> Labels { get; } = new();

    /// <summary>How many messages are stored after ones that were stamped later.</summary>
    /// <value>0: none; n: each n-th, once three others were stored or nobody else is posting.</value>
    public int LateOneIn { get; set; }

    public IReadOnlyList<Message> Messages
    {
        get
        {
            lock (gate)
            {
                return [.. messages];
            }
        }
    }

    /// <summary>Ends when all messages that have their time by now are stored.</summary>
    public Task WhenStoredAsync()
    {
        lock (gate)
        {
            return Task.WhenAll(unstored);
        }
    }

    public Channel Create(CreateChannelRequest request, string owner)
    {
        lock (gate)
        {
            var channel = new Channel
            {
                Id = Guid.NewGuid().ToString(),
                OwnerId = Labels[owner],
                CreatedByKeyId = owner,
                Name = request.Name,
                Mode = request.Mode,
                Access = ChannelAccess.Open,
                Discoverable = request.Discoverable ?? true,
                MetadataSchema = EmptyObject,
                CreatedAt = Now(),
                UpdatedAt = Now(),
            };
            channels.Add(channel);
            return channel;
        }
    }

    public Page<ChannelSummary> ListChannels()
    {
        lock (gate)
        {
            var shown = channels.Where(channel => channel.Discoverable).Reverse();
            return new([.. shown.Select(c => new ChannelSummary(c.Id, c.Name, c.Mode, c.Access, "", c.CreatedAt, false))], 50, null);
        }
    }

    public Channel FindChannel(string channel, string owner)
    {
        lock (gate)
        {
            return channels.Find(known => known.Id == channel)
                ?? channels.Find(known => known.Aliases.Contains(channel))
                ?? channels.FindLast(known => known.Name == channel && known.OwnerId == Labels[owner])
                ?? throw new RefusalException(404, ErrorCodes.ChannelNotFound);
        }
    }

    public Channel AddAlias(string channelId, string alias)
    {
        lock (gate)
        {
            if (channels.Exists(channel => channel.Aliases.Contains(alias)))
            {
                throw new RefusalException(409, ErrorCodes.AliasConflict);
            }

            var index = channels.FindIndex(channel => channel.Id == channelId);
            return channels[index] = channels[index] with { Aliases = [.. channels[index].Aliases, alias] };
        }
    }

    public async Task<Message> PostAsync(string channel, PostMessageRequest request, string owner)
    {
        var channelId = FindChannel(channel, owner).Id;
        var sender = request.Actor is { } actor
            ? FindActor(actor) ?? throw new RefusalException(404, ErrorCodes.ActorNotFound)
            : null;
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (message, turn) = Stamp(channelId, request, sender, stored.Task);
        await turn;
        lock (gate)
        {
            messages.Add(message);
            posting--;
            unstored.Remove(stored.Task);
            AdmitLate();
        }

        stored.SetResult();

        return message;
    }

    public Page<Message> List(string channel, string owner, string? cursor, string? status, string? limit)
    {
        var channelId = FindChannel(channel, owner).Id;
        var size = limit is null ? Limits.DefaultPageSize : int.Parse(limit, CultureInfo.InvariantCulture);
        var now = time.GetUtcNow();
        lock (gate)
        {
            var found = messages
                .Where(message => message.ChannelId == channelId)
                .Where(message => cursor is null || string.CompareOrdinal(message.CreatedAt, cursor) > 0)
                .Where(message => status is null || (status == MessageStatus.Claimed) == (message.ClaimedBy is not null))
                .Where(message => Timestamp.TryParse(message.ExpiresAt, out var expiry) && expiry > now)
                .OrderBy(message => message.CreatedAt, StringComparer.Ordinal)
                .Take(size)
                .ToList();
            return new(found, size, found.Count > 0 ? found[^1].CreatedAt : cursor);
        }
    }

    public ChannelMetrics Count(string channel, string owner)
    {
        var channelId = FindChannel(channel, owner).Id;
        lock (gate)
        {
            var stored = messages.Where(message => message.ChannelId == channelId).ToList();
            var claimed = stored.Count(message => message.ClaimedBy is not null);
            var done = stored.Count(message => message.AcknowledgedBy.Count > 0);
            return new(channelId, new(stored.Count, stored.Count - claimed, claimed, done), null, Now());
        }
    }

    /// <summary>Refuses a message that is claimed, whether or not its lease has run out, and no other.</summary>
    public void Retract(string messageId)
    {
        lock (gate)
        {
            var message = messages.Find(known => known.Id == messageId) ?? throw new RefusalException(404, ErrorCodes.MessageNotFound);
            if (message.ClaimedBy is not null)
            {
                throw new RefusalException(409, ErrorCodes.MessageClaimed);
            }

            messages.Remove(message);
        }
    }

    public LeasedMessage ClaimWithLease(string messageId, string owner, ClaimRequest request)
    {
        lock (gate)
        {
            var actor = ActorOf(request, owner);
            var message = RequireClaimable(messageId);
            var isFree = message.ClaimedBy is null
                || (leases.TryGetValue(messageId, out var held) && held.Expiry <= time.GetUtcNow() && message.AcknowledgedBy.Count == 0);
            if (!isFree)
            {
                throw new RefusalException(409, ErrorCodes.AlreadyClaimed);
            }

            var lease = (Token: Guid.NewGuid().ToString(), Expiry: time.GetUtcNow().AddSeconds(request.LeaseSeconds ?? 300));
            leases[messageId] = lease;
            return new(lease.Token, Timestamp.ToText(lease.Expiry), Replace(message with { ClaimedBy = actor, ClaimedAt = Now(), ClaimedByKeyId = owner }));
        }
    }

    public ClaimOutcome Change(string verb, string messageId, string owner, ClaimRequest request)
    {
        lock (gate)
        {
            var actor = ActorOf(request, owner);
            var message = messages.Find(known => known.Id == messageId) ?? throw new RefusalException(404, ErrorCodes.MessageNotFound);
            return (verb, message.ClaimedBy) switch
            {
                ("ack", _) when message.AcknowledgedBy.Any(ack => ack.Id == actor.Id) => new(ClaimStatus.AlreadyAcknowledged, message),
                ("ack", _) => new(ClaimStatus.Acknowledged, Replace(message with
                {
                    AcknowledgedBy = [.. message.AcknowledgedBy, new(actor.Id, actor.Name, Now())],
                })),
                ("release", null) => throw new RefusalException(409, ErrorCodes.NotClaimed),
                ("release", var holder) when holder.Id != actor.Id => throw new RefusalException(403, ErrorCodes.Forbidden),
                ("release", _) => new(ClaimStatus.Released, Replace(message with { ClaimedBy = null, ClaimedAt = null, ClaimedByKeyId = null })),
                ("claim", null) => new(ClaimStatus.Claimed, Replace(RequireClaimable(messageId) with { ClaimedBy = actor, ClaimedAt = Now() })),
                ("claim", var holder) when holder.Id == actor.Id => new(ClaimStatus.AlreadyClaimed, message),
                ("claim", _) => throw new RefusalException(409, ErrorCodes.AlreadyClaimed),
                _ => throw new RefusalException(404, ErrorCodes.NotFound),
            };
        }
    }

    public Lease Renew(string token, int seconds)
    {
        lock (gate)
        {
            var (messageId, lease) = leases.FirstOrDefault(lease => lease.Value.Token == token);
            if (messageId is null || lease.Expiry <= time.GetUtcNow())
            {
                throw new RefusalException(410, ErrorCodes.LeaseExpired);
            }

            lease.Expiry = time.GetUtcNow().AddSeconds(seconds);
            leases[messageId] = lease;
            return new(token, Timestamp.ToText(lease.Expiry));
        }
    }

    private (Message Message, Task Turn) Stamp(string channelId, PostMessageRequest request, ActorReference? sender, Task stored)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            now = now.AddTicks(-(now.Ticks % resolution.Ticks));
            var message = new Message
            {
                Id = Guid.NewGuid().ToString(),
                ChannelId = channelId,
                Actor = sender,
                ActorLabel = request.ActorLabel,
                Content = request.Content,
                Metadata = request.Metadata ?? EmptyObject,
                CreatedAt = Timestamp.ToText(now),
                ExpiresAt = Timestamp.ToText(now.AddDays(1)),
                Active = true,
            };
            posting++;
            unstored.Add(stored);
            if (LateOneIn == 0 || ++stamped % LateOneIn != 0)
            {
                return (message, Task.CompletedTask);
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            late.Add((messages.Count + 3, turn));
            AdmitLate();
            return (message, turn.Task);
        }
    }

    private void AdmitLate()
    {
        var isAlone = posting == late.Count;
        foreach (var (storeAfter, turn) in late.ToList())
        {
            if (isAlone || messages.Count >= storeAfter)
            {
                late.Remove((storeAfter, turn));
                turn.SetResult();
            }
        }
    }

    private Message RequireClaimable(string messageId)
    {
        var message = messages.Find(known => known.Id == messageId) ?? throw new RefusalException(404, ErrorCodes.MessageNotFound);
        return channels.Find(channel => channel.Id == message.ChannelId)!.Mode == ChannelMode.Claimable
            ? message
            : throw new RefusalException(409, ErrorCodes.ChannelNotClaimable);
    }

    private ActorReference? FindActor(string id)
    {
        lock (gate)
        {
            return actors.Values.FirstOrDefault(actor => actor.Id == id);
        }
    }

    private ActorReference ActorOf(ClaimRequest request, string owner)
    {
        var name = request.Actor ?? Labels[owner];
        if (FindActor(name) is { } known)
        {
            return known;
        }

        if (!actors.TryGetValue((Labels[owner], name), out var actor))
        {
            actors[(Labels[owner], name)] = actor = new(Guid.NewGuid().ToString(), name);
        }

        return actor;
    }

    private Message Replace(Message message) => messages[messages.FindIndex(known => known.Id == message.Id)] = message;

    private string Now() => Timestamp.ToText(time.GetUtcNow());
}
