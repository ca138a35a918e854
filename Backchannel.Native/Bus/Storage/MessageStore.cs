using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Messages that have not been archived, with their claims and acks.</summary>
internal sealed class MessageStore(SqliteConnection connection)
{
    private const string Selection =
        """
        SELECT m.created_at, m.salt, m.channel, a.id, a.name, m.actor_label, m.content, m.metadata, m.mentions, m.expires_at,
            m.holder, h.id, h.name, m.claimed_by_key_id, m.claimed_at, m.lease_salt, m.lease_expires_at, m.acked,
            m.deliveries, m.version, m.claim_session
        FROM messages m LEFT JOIN actors a ON a.number = m.actor LEFT JOIN actors h ON h.number = m.holder
        """;

    private const long LongestLease = Limits.MaxLeaseSeconds * Instant.PerSecond;

    // The index orders by creation: bounds of it tell where to begin and where to stop, the message's own end what is meant.
    private const string Range = "m.channel = ? AND m.created_at > ? AND m.created_at < ? AND +m.expires_at > ? AND +m.expires_at < ?";

    // Places that are free for sure, so that not every post counts: with time, messages only leave the span that is counted.
    private readonly Dictionary<long, (int Limit, int Free)> places = [];

    // Channels of which a post deleted as many as it may at once, and not all.
    private readonly HashSet<long> crowded = [];

    /// <summary>Channels that were posted to after their maximum was lowered, and still hold more than they may.</summary>
    /// <remarks>Lowering it deletes nothing by itself, as on the reference server: whoever does so by mistake can take it back.</remarks>
    public IReadOnlyList<long> Crowded => [.. crowded];

    public MessageRecord? Find(string id)
    {
        if (!BusId.TryParse(id, out var createdAt, out var salt))
        {
            return null;
        }

        using var query = connection.Prepare($"{Selection} WHERE m.created_at = ? AND m.salt = ?");
        return query.Bind(createdAt).Bind(salt).Step() ? Read(query) : null;
    }

    /// <summary>The message that is claimed under a lease.</summary>
    public MessageRecord? FindLeased(string leaseToken)
    {
        if (!BusId.TryParse(leaseToken, out var createdAt, out var salt))
        {
            return null;
        }

        using var query = connection.Prepare(
            $"{Selection} WHERE m.created_at = ? AND m.lease_salt = ? AND EXISTS (SELECT 1 FROM channels WHERE number = m.channel)");
        return query.Bind(createdAt).Bind(salt).Step() ? Read(query) : null;
    }

    /// <summary>The oldest unexpired message without a holder, done or not; null when there is none.</summary>
    public MessageRecord? FindFree(ChannelRecord channel, long now)
    {
        // Two looks at the ends of one index: it keeps what is done apart.
        using var query = connection.Prepare(
            $"""
            {Selection} WHERE m.created_at = (SELECT min(oldest) FROM (
                SELECT min(created_at) AS oldest FROM messages WHERE channel = ?1 AND holder IS NULL AND acked = 0
                    AND created_at > ?2 AND +expires_at > ?3
                UNION ALL
                SELECT min(created_at) FROM messages WHERE channel = ?1 AND holder IS NULL AND acked = 1
                    AND created_at > ?2 AND +expires_at > ?3))
            """);
        query.Bind(channel.Number).Bind(now - Lives.Of(connection, channel.Number).Longest).Bind(now);
        return query.Step() ? Read(query) : null;
    }

    /// <summary>A page of unexpired messages, the oldest first. What is done is not unclaimed work, even without a holder.</summary>
    public IReadOnlyList<MessageRecord> List(ChannelRecord channel, MessageFilter filter, long now)
    {
        var lives = Lives.Of(connection, channel.Number);
        using var query = connection.Prepare(filter.Status switch
        {
            MessageStatus.Unclaimed => $"{Selection} WHERE {Range} AND m.holder IS NULL AND m.acked = 0 ORDER BY m.created_at LIMIT ?",
            MessageStatus.Claimed => $"{Selection} WHERE {Range} AND m.holder IS NOT NULL ORDER BY m.created_at LIMIT ?",
            _ => $"{Selection} WHERE {Range} ORDER BY m.created_at LIMIT ?",
        });
        query.Bind(channel.Number)
            .Bind(Math.Max(filter.After ?? long.MinValue, now - lives.Longest))
            .Bind(filter.ExpiringBefore is { } bound ? bound - lives.Shortest : long.MaxValue)
            .Bind(now)
            .Bind(filter.ExpiringBefore ?? long.MaxValue)
            .Bind(filter.Limit);
        var messages = new List<MessageRecord>();
        while (query.Step())
        {
            messages.Add(Read(query));
        }

        return messages;
    }

    /// <summary>Stores a message, which lives as long as its channel says from the real time of its post.</summary>
    public MessageRecord Add(ChannelRecord channel, NewMessage message, Moment moment)
    {
        var record = new MessageRecord
        {
            CreatedAt = moment.Unique,
            Salt = BusId.NewSalt(),
            Channel = channel.Number,
            Actor = message.Actor is { } actor ? new ActorReference(actor.Id, actor.Name) : null,
            ActorLabel = message.ActorLabel,
            Content = message.Content,
            Metadata = message.Metadata,
            Mentions = message.Mentions,
            ExpiresAt = moment.Real + (channel.TtlSeconds * Instant.PerSecond),
        };
        connection.Prepare(
                """
                INSERT INTO messages (created_at, salt, channel, actor, actor_label, content, metadata, mentions, expires_at, posted_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            .Bind(record.CreatedAt).Bind(record.Salt).Bind(channel.Number).Bind(message.Actor?.Number).Bind(message.ActorLabel)
            .Bind(message.Content).Bind(message.Metadata).Bind(message.Mentions).Bind(record.ExpiresAt)
            .Bind(moment.IsAhead ? moment.Real : null).Run();
        return record;
    }

    /// <summary>Gives a message to an actor, replacing whatever claim and lease it had.</summary>
    /// <returns>How often the message has been taken, this time included.</returns>
    /// <param name="session">See <see cref="MessageRecord.HolderSession"/>.</param>
    public int Claim(
        long createdAt, ActorRecord actor, string keyId, string? metadata, (long Salt, long ExpiresAt)? lease, long now, string? session = null)
    {
        using var update = connection.Prepare(
            """
            UPDATE messages SET holder = ?, claimed_by_key_id = ?, claimed_at = ?, claim_metadata = ?, lease_salt = ?, lease_expires_at = ?,
                claim_session = ?, deliveries = deliveries + 1, version = version + 1
            WHERE created_at = ?
            RETURNING deliveries
            """);
        update.Bind(actor.Number).Bind(keyId).Bind(now).Bind(metadata).Bind(lease?.Salt).Bind(lease?.ExpiresAt).Bind(session).Bind(createdAt).Step();
        return (int)update.Integer(0);
    }

    /// <summary>Frees a message: holder, time, key, token and lease go.</summary>
    public void Release(long createdAt) =>
        connection.Prepare(
                """
                UPDATE messages SET holder = NULL, claimed_by_key_id = NULL, claimed_at = NULL, claim_metadata = NULL, lease_salt = NULL,
                    lease_expires_at = NULL, claim_session = NULL, version = version + 1
                WHERE created_at = ?
                """)
            .Bind(createdAt).Run();

    /// <summary>Prolongs a living lease of a living message.</summary>
    /// <returns>False when the token is unknown, replaced or run out.</returns>
    public bool Renew(string leaseToken, long leaseExpiresAt, long now)
    {
        if (!BusId.TryParse(leaseToken, out var createdAt, out var salt))
        {
            return false;
        }

        using var update = connection.Prepare(
            """
            UPDATE messages SET lease_expires_at = ?
            WHERE created_at = ? AND lease_salt = ? AND lease_expires_at > ? AND expires_at > ?
                AND EXISTS (SELECT 1 FROM channels WHERE number = channel)
            RETURNING 1
            """);
        return update.Bind(leaseExpiresAt).Bind(createdAt).Bind(salt).Bind(now).Bind(now).Step();
    }

    /// <summary>Records an ack, one per actor.</summary>
    /// <param name="occurredAt">Moved on where an earlier ack has this time or a later one: acks are told in their order.</param>
    /// <returns>False when the actor has acknowledged before.</returns>
    public bool Acknowledge(long createdAt, ActorRecord actor, string? metadata, long occurredAt)
    {
        using (var insert = connection.Prepare(
            """
            INSERT OR IGNORE INTO acks (message, actor, occurred_at, metadata)
            VALUES (?1, ?2, max(?3, (SELECT coalesce(max(occurred_at) + 1, 0) FROM acks WHERE message = ?1)), ?4) RETURNING 1
            """))
        {
            if (!insert.Bind(createdAt).Bind(actor.Number).Bind(occurredAt).Bind(metadata).Step())
            {
                return false;
            }
        }

        connection.Prepare("UPDATE messages SET acked = 1, version = version + 1 WHERE created_at = ?").Bind(createdAt).Run();
        return true;
    }

    /// <summary>Who acknowledged a message, the oldest first.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledgements(long createdAt)
    {
        using var query = connection.Prepare(
            "SELECT a.id, a.name, k.occurred_at FROM acks k JOIN actors a ON a.number = k.actor WHERE k.message = ? ORDER BY k.occurred_at");
        query.Bind(createdAt);
        var acks = new List<Acknowledgement>();
        while (query.Step())
        {
            acks.Add(new Acknowledgement(query.Text(0), query.Text(1), Instant.ToText(query.Integer(2))));
        }

        return acks;
    }

    /// <summary>Who acknowledged a message and with what, the oldest first.</summary>
    public IReadOnlyList<AckDetail> AckDetails(long createdAt)
    {
        using var query = connection.Prepare(
            """
            SELECT a.id, a.name, k.occurred_at, k.metadata FROM acks k JOIN actors a ON a.number = k.actor
            WHERE k.message = ? ORDER BY k.occurred_at
            """);
        query.Bind(createdAt);
        var acks = new List<AckDetail>();
        while (query.Step())
        {
            acks.Add(new AckDetail(query.Text(0), query.Text(1), Instant.ToText(query.Integer(2)), StoredJson.ToElement(query.OptionalText(3))));
        }

        return acks;
    }

    /// <summary>Whether one of the actors that acknowledged a message is of this owner.</summary>
    public bool WasAcknowledgedBy(long createdAt, string ownerId)
    {
        using var query = connection.Prepare("SELECT 1 FROM acks k JOIN actors a ON a.number = k.actor WHERE k.message = ? AND a.owner_id = ? LIMIT 1");
        return query.Bind(createdAt).Bind(ownerId).Step();
    }

    /// <summary>The oldest message in a channel that an actor posted.</summary>
    public MessageRecord? FindFirstOf(long channel, string actorId, long now)
    {
        using var query = connection.Prepare(
            $"""
            {Selection}
            WHERE m.channel = ? AND m.actor = (SELECT number FROM actors WHERE id = ?) AND +m.expires_at > ? ORDER BY m.created_at LIMIT 1
            """);
        return query.Bind(channel).Bind(actorId).Bind(now).Step() ? Read(query) : null;
    }

    /// <summary>Takes one of the places for messages after a time.</summary>
    /// <returns>False when the channel has as many messages after that time as it may.</returns>
    public bool TakePlace(long channel, long after, int limit, long now)
    {
        if (!places.TryGetValue(channel, out var known) || known.Limit != limit || known.Free <= 0)
        {
            known = (limit, limit - CountSince(channel, after, now, limit));
        }

        places[channel] = known with { Free = known.Free - 1 };
        return known.Free > 0;
    }

    /// <summary>How many messages a channel got after a time; counting ends at <paramref name="enough"/>.</summary>
    private int CountSince(long channel, long after, long now, int enough)
    {
        // After a wrong reading of the clock far ahead, creation is later than now for good, and only the time of the post tells.
        using var query = connection.Prepare(
            """
            SELECT count(*) FROM (SELECT 1 FROM messages WHERE channel = ?1 AND created_at > ?2 AND created_at <= ?3
                UNION ALL
                SELECT 1 FROM messages WHERE channel = ?1 AND posted_at > ?2 AND posted_at <= ?3 AND created_at > ?3
                LIMIT ?4)
            """);
        query.Bind(channel).Bind(after).Bind(now + Instant.PerSecond).Bind(enough).Step();
        return (int)query.Integer(0);
    }

    /// <summary>Counts the messages of a channel that are not over.</summary>
    public MessageCounts Count(long channel, long now)
    {
        using var query = connection.Prepare("SELECT messages, held, acked FROM channel_counts WHERE channel = ?");
        query.Bind(channel).Step();
        var expired = CountExpired(channel, now);
        var (total, claimed) = (query.Integer(0) - expired.Total, query.Integer(1) - expired.Claimed);
        return new MessageCounts(total, total - claimed, claimed, query.Integer(2) - expired.Acknowledged);
    }

    /// <summary>Mean time from the last claim of a message to each of its acks, in milliseconds; null without acks of claimed messages.</summary>
    public long? MeanClaimToAckMilliseconds(long channel, long now)
    {
        using var query = connection.Prepare("SELECT timed_acks, claim_to_ack FROM channel_counts WHERE channel = ?");
        using var expired = connection.Prepare(
            """
            SELECT count(*), coalesce(sum(k.occurred_at - m.claimed_at), 0) FROM messages m JOIN acks k ON k.message = m.created_at
            WHERE m.channel = ? AND m.expires_at <= ? AND m.claimed_at IS NOT NULL
            """);
        query.Bind(channel).Step();
        expired.Bind(channel).Bind(now).Step();
        var (acks, time) = (query.Integer(0) - expired.Integer(0), query.Integer(1) - expired.Integer(1));
        return acks > 0 ? time / acks / 1000 : null;
    }

    /// <summary>Counts what is over and not yet in the archive: since the last sweep, so there is little of it.</summary>
    private MessageCounts CountExpired(long channel, long now)
    {
        using var query = connection.Prepare(
            "SELECT count(*), count(holder), coalesce(sum(acked), 0) FROM messages WHERE channel = ? AND expires_at <= ?");
        query.Bind(channel).Bind(now).Step();
        return new MessageCounts(query.Integer(0), query.Integer(0) - query.Integer(1), query.Integer(1), query.Integer(2));
    }

    /// <summary>Deletes the oldest messages above a channel's maximum, for good; what is over does not count and goes to the archive.</summary>
    /// <param name="limit">Most that are deleted now; more are above only when the maximum was lowered.</param>
    /// <returns>How many were deleted.</returns>
    public int DeleteAbove(long channel, int maximum, int limit, long now)
    {
        var above = Count(channel, now).Total - maximum;
        if (above > limit)
        {
            crowded.Add(channel);
        }
        else
        {
            crowded.Remove(channel);
        }

        return above <= 0 ? 0 : DeleteOldestLiving(channel, (int)Math.Min(above, limit), now);
    }

    /// <summary>Deletes the oldest messages of a channel with their acks.</summary>
    /// <returns>How many were deleted.</returns>
    public int DeleteOldest(long channel, int limit)
    {
        const string Oldest = "SELECT created_at FROM messages WHERE channel = ? ORDER BY created_at LIMIT ?";
        connection.Prepare($"DELETE FROM acks WHERE message IN ({Oldest})").Bind(channel).Bind(limit).Run();
        connection.Prepare($"DELETE FROM messages WHERE created_at IN ({Oldest})").Bind(channel).Bind(limit).Run();
        return connection.LastChanges;
    }

    /// <summary>Whether a lease has run out that nobody has acknowledged, or one ends later than any can.</summary>
    public bool HasLeaseToEnd(long now)
    {
        using var ended = connection.Prepare(
            "SELECT 1 FROM messages WHERE lease_expires_at <= ? AND lease_expires_at IS NOT NULL AND acked = 0 LIMIT 1");
        using var endless = connection.Prepare("SELECT 1 FROM messages WHERE lease_expires_at > ? AND acked = 0 LIMIT 1");

        // The reader's clock may be a little behind the writer's.
        return ended.Bind(now).Step() || endless.Bind(now + LongestLease + Instant.PerSecond).Step();
    }

    /// <summary>Moves the ends of leases along with a clock that was set: each has as long to go as before.</summary>
    public void ShiftLeases(long step) =>
        connection.Prepare("UPDATE messages SET lease_expires_at = lease_expires_at + ? WHERE lease_expires_at IS NOT NULL AND acked = 0")
            .Bind(step).Run();

    /// <summary>Brings leases near that end later than any can, because the clock was set back while no bus ran.</summary>
    public void ShortenLeases(long now) =>
        connection.Prepare("UPDATE messages SET lease_expires_at = ?1 WHERE lease_expires_at > ?1 AND acked = 0")
            .Bind(now + LongestLease).Run();

    /// <summary>Messages whose lease ran out without an ack: their keys and channels.</summary>
    public IReadOnlyList<(long CreatedAt, long Channel)> RunOutLeases(long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT created_at, channel FROM messages
            WHERE lease_expires_at <= ? AND lease_expires_at IS NOT NULL AND acked = 0 ORDER BY lease_expires_at LIMIT ?
            """);
        query.Bind(now).Bind(limit);
        var leases = new List<(long, long)>();
        while (query.Step())
        {
            leases.Add((query.Integer(0), query.Integer(1)));
        }

        return leases;
    }

    private int DeleteOldestLiving(long channel, int limit, long now)
    {
        const string Oldest = "SELECT created_at FROM messages WHERE channel = ? AND created_at > ? AND +expires_at > ? ORDER BY created_at LIMIT ?";
        var after = now - Lives.Of(connection, channel).Longest;
        connection.Prepare($"DELETE FROM acks WHERE message IN ({Oldest})").Bind(channel).Bind(after).Bind(now).Bind(limit).Run();
        connection.Prepare($"DELETE FROM messages WHERE created_at IN ({Oldest})").Bind(channel).Bind(after).Bind(now).Bind(limit).Run();
        return connection.LastChanges;
    }

    private static MessageRecord Read(Statement row) => new()
    {
        CreatedAt = row.Integer(0),
        Salt = row.Integer(1),
        Channel = row.Integer(2),
        Actor = row.IsNull(3) ? null : new ActorReference(row.Text(3), row.Text(4)),
        ActorLabel = row.OptionalText(5),
        Content = row.Text(6),
        Metadata = row.OptionalText(7),
        Mentions = row.OptionalText(8),
        ExpiresAt = row.Integer(9),
        HolderNumber = row.OptionalInteger(10),
        Holder = row.IsNull(11) ? null : new ActorReference(row.Text(11), row.Text(12)),
        ClaimedByKeyId = row.OptionalText(13),
        ClaimedAt = row.OptionalInteger(14),
        LeaseSalt = row.OptionalInteger(15),
        LeaseExpiresAt = row.OptionalInteger(16),
        Acked = row.Flag(17),
        Deliveries = (int)row.Integer(18),
        Version = row.Integer(19),
        HolderSession = row.OptionalText(20),
    };
}
