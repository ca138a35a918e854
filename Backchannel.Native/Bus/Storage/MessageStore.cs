using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Messages that have not been archived.</summary>
internal sealed class MessageStore(ISqlConnection connection)
{
    // created_at bounds where the index is read; the plus keeps expires_at, which decides, out of the choice of an index.
    private const string Range = "m.channel = ? AND m.created_at > ? AND m.created_at < ? AND +m.expires_at > ? AND +m.expires_at < ?";

    private static readonly string Unclaimed = $"{MessageRows.Selection} WHERE m.created_at IN ({PriorityRuns.UnclaimedKeys}) ORDER BY m.created_at LIMIT ?6";

    public MessageRecord? Find(string id)
    {
        if (!BusId.TryParse(id, out var createdAt, out var salt))
        {
            return null;
        }

        using var query = connection.Prepare($"{MessageRows.Selection} WHERE m.created_at = ? AND m.salt = ?");
        return query.Bind(createdAt).Bind(salt).Step() ? MessageRows.Read(query) : null;
    }

    /// <summary>By the key of its row.</summary>
    public MessageRecord? Find(long createdAt)
    {
        using var query = connection.Prepare($"{MessageRows.Selection} WHERE m.created_at = ?");
        return query.Bind(createdAt).Step() ? MessageRows.Read(query) : null;
    }

    /// <summary>A page of unexpired messages, the oldest first. Unclaimed work is what a claim can take: neither acknowledged, nor waiting, failed or cancelled.</summary>
    public IReadOnlyList<MessageRecord> List(ChannelRecord channel, MessageFilter filter, long now)
    {
        var lives = Lives.Of(connection, channel.Number);
        using var query = connection.Prepare(filter.Status switch
        {
            MessageStatus.Unclaimed => Unclaimed,
            MessageStatus.Claimed => $"{MessageRows.Selection} WHERE {Range} AND m.holder IS NOT NULL ORDER BY m.created_at LIMIT ?",
            _ => $"{MessageRows.Selection} WHERE {Range} ORDER BY m.created_at LIMIT ?",
        });
        query.Bind(channel.Number)
            .Bind(Math.Max(filter.After ?? long.MinValue, now - lives.Longest))
            .Bind(filter.ExpiringBefore is { } bound ? bound - lives.Shortest : long.MaxValue)
            .Bind(now)
            .Bind(filter.ExpiringBefore ?? long.MaxValue)
            .Bind(filter.Limit);
        return query.All(MessageRows.Read);
    }

    /// <summary>The oldest message in a channel that an actor posted.</summary>
    public MessageRecord? FindFirstOf(long channel, string actorId, long now)
    {
        using var query = connection.Prepare(
            $"""
            {MessageRows.Selection}
            WHERE m.channel = ? AND m.actor = (SELECT number FROM actors WHERE id = ?) AND +m.expires_at > ? ORDER BY m.created_at LIMIT 1
            """);
        return query.Bind(channel).Bind(actorId).Bind(now).Step() ? MessageRows.Read(query) : null;
    }

    /// <summary>Stores a message. Its life, which the channel sets, begins at the real time of the post.</summary>
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
            State = message.State,
            Priority = message.Priority,
            PostedByKeyId = message.KeyId,
            ReplyTo = message.ReplyTo,
            Thread = message.Thread,
            Named = message.Named,
        };
        connection.Prepare(
                """
                INSERT INTO messages (created_at, salt, channel, actor, actor_label, content, metadata, mentions, expires_at, posted_at,
                    state, priority, posted_by_key_id, reply_to, thread, named)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            .Bind(record.CreatedAt).Bind(record.Salt).Bind(channel.Number).Bind(message.Actor?.Number).Bind(message.ActorLabel)
            .Bind(message.Content).Bind(message.Metadata).Bind(message.Mentions).Bind(record.ExpiresAt)
            .Bind(moment.IsAhead ? moment.Real : null)
            .Bind((long)record.State).Bind(record.Priority).Bind(record.PostedByKeyId).Bind(record.ReplyTo).Bind(record.Thread)
            .Bind((long)record.Named).Run();
        return record;
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

    /// <summary>The same among those that are not over; the others go to the archive.</summary>
    /// <returns>How many were deleted.</returns>
    public int DeleteOldestLiving(long channel, int limit, long now)
    {
        const string Oldest = "SELECT created_at FROM messages WHERE channel = ? AND created_at > ? AND +expires_at > ? ORDER BY created_at LIMIT ?";
        var after = now - Lives.Of(connection, channel).Longest;
        connection.Prepare($"DELETE FROM acks WHERE message IN ({Oldest})").Bind(channel).Bind(after).Bind(now).Bind(limit).Run();
        connection.Prepare($"DELETE FROM messages WHERE created_at IN ({Oldest})").Bind(channel).Bind(after).Bind(now).Bind(limit).Run();
        return connection.LastChanges;
    }
}
