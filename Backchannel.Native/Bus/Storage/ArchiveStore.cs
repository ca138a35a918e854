using Backchannel.Native.Bus.Endpoints;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Messages that were retracted or have expired.</summary>
internal sealed class ArchiveStore(SqliteConnection connection)
{
    /// <summary>Moves a message out of its channel.</summary>
    /// <param name="retracted">Taken back, rather than past its time.</param>
    public void Move(long createdAt, bool retracted, long now)
    {
        connection.Prepare(
                """
                INSERT INTO archive (created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at,
                    archived_at, retracted)
                SELECT created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at, ?, ?
                FROM messages WHERE created_at = ?
                """)
            .Bind(now).Bind(retracted).Bind(createdAt).Run();
        connection.Prepare("DELETE FROM acks WHERE message = ?").Bind(createdAt).Run();
        connection.Prepare("DELETE FROM messages WHERE created_at = ?").Bind(createdAt).Run();
    }

    /// <summary>Whether a message is here because its time was over.</summary>
    public bool HasExpired(string id)
    {
        if (!BusId.TryParse(id, out var createdAt, out var salt))
        {
            return false;
        }

        using var query = connection.Prepare(
            "SELECT 1 FROM archive WHERE created_at = ? AND salt = ? AND retracted = 0 AND EXISTS (SELECT 1 FROM channels WHERE number = channel)");
        return query.Bind(createdAt).Bind(salt).Step();
    }

    /// <summary>A page of a channel's history, the newest first.</summary>
    public IReadOnlyList<ArchivedMessage> List(ChannelRecord channel, long? olderThan, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT m.created_at, m.salt, a.id, a.name, m.actor_label, m.content, m.metadata, m.expires_at, h.id, h.name, m.claimed_at,
                m.archived_at
            FROM archive m LEFT JOIN actors a ON a.number = m.actor LEFT JOIN actors h ON h.number = m.holder
            WHERE m.channel = ? AND m.created_at < ? ORDER BY m.created_at DESC LIMIT ?
            """);
        query.Bind(channel.Number).Bind(olderThan ?? long.MaxValue).Bind(limit);
        var messages = new List<ArchivedMessage>();
        while (query.Step())
        {
            messages.Add(Read(query, channel));
        }

        return messages;
    }

    /// <summary>Channels that have messages whose time is over.</summary>
    public IReadOnlyList<long> ChannelsDue(long now)
    {
        // A channel's messages live equally long, so its oldest one tells.
        using var query = connection.Prepare(
            """
            SELECT c.number FROM channels c INDEXED BY channels_by_lifetime
            WHERE (SELECT min(created_at) FROM messages m WHERE m.channel = c.number) <= ? - c.ttl_seconds * 1000000
            """);
        return query.Bind(now).Numbers();
    }

    /// <summary>Moves the oldest messages of a channel whose time is over.</summary>
    /// <returns>How many were moved.</returns>
    public int MoveDue(long channel, long now, int limit)
    {
        // The last one that is over, within the limit: one bound then serves the three statements.
        using var bound = connection.Prepare(
            """
            SELECT count(*), max(created_at) FROM (
                SELECT created_at FROM messages
                WHERE channel = ?1 AND created_at <= ?2 - (SELECT ttl_seconds FROM channels WHERE number = ?1) * 1000000
                ORDER BY created_at LIMIT ?3)
            """);
        bound.Bind(channel).Bind(now).Bind(limit).Step();
        var (count, last) = ((int)bound.Integer(0), bound.Integer(1));
        if (count > 0)
        {
            connection.Prepare(
                    """
                    INSERT INTO archive (created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at,
                        archived_at, retracted)
                    SELECT created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at, ?, 0
                    FROM messages WHERE channel = ? AND created_at <= ?
                    """)
                .Bind(now).Bind(channel).Bind(last).Run();
            connection.Prepare("DELETE FROM acks WHERE message IN (SELECT created_at FROM messages WHERE channel = ? AND created_at <= ?)")
                .Bind(channel).Bind(last).Run();
            connection.Prepare("DELETE FROM messages WHERE channel = ? AND created_at <= ?").Bind(channel).Bind(last).Run();
        }

        return count;
    }

    /// <summary>Channels with archived messages that they keep no longer.</summary>
    public IReadOnlyList<(long Channel, long ArchivedAtOrBefore)> ChannelsToPurge(long now)
    {
        // From one channel to the next through the index, however many messages each has.
        using var query = connection.Prepare(
            """
            WITH RECURSIVE lanes (channel) AS (
                SELECT min(channel) FROM archive
                UNION ALL
                SELECT (SELECT min(channel) FROM archive WHERE channel > lanes.channel) FROM lanes WHERE lanes.channel IS NOT NULL),
            bounds (channel, bound) AS (
                SELECT lanes.channel, ? - c.retention_days * 86400000000 FROM lanes JOIN channels c ON c.number = lanes.channel)
            SELECT channel, bound FROM bounds
            WHERE (SELECT min(archived_at) FROM archive a WHERE a.channel = bounds.channel) <= bound
            """);
        query.Bind(now);
        var channels = new List<(long, long)>();
        while (query.Step())
        {
            channels.Add((query.Integer(0), query.Integer(1)));
        }

        return channels;
    }

    /// <summary>Removes archived messages of a channel, those that came first.</summary>
    /// <returns>How many were removed.</returns>
    public int Purge(long channel, long archivedAtOrBefore, int limit)
    {
        connection.Prepare(
                """
                DELETE FROM archive WHERE created_at IN (
                    SELECT created_at FROM archive WHERE channel = ? AND archived_at <= ? ORDER BY archived_at LIMIT ?)
                """)
            .Bind(channel).Bind(archivedAtOrBefore).Bind(limit).Run();
        return connection.LastChanges;
    }

    private static ArchivedMessage Read(Statement row, ChannelRecord channel) => new(
        BusId.Format(row.Integer(0), row.Integer(1)),
        channel.Id,
        row.IsNull(2) ? null : new ActorReference(row.Text(2), row.Text(3)),
        row.OptionalText(4),
        row.Text(5),
        JsonText.ToElement(row.OptionalText(6)),
        Instant.ToText(row.Integer(0)),
        Instant.ToText(row.Integer(7)),
        row.IsNull(8) ? null : new ActorReference(row.Text(8), row.Text(9)),
        Instant.ToText(row.OptionalInteger(10)),
        Instant.ToText(row.Integer(11)),
        Active: false);
}
