using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Messages that were retracted or have expired.</summary>
internal sealed class ArchiveStore(ISqlConnection connection)
{
    private static readonly DueMove ByCreation = new($"SELECT created_at FROM messages WHERE {OverMessages.ByCreation} ORDER BY created_at LIMIT ?3");
    private static readonly DueMove ByPost = new($"SELECT created_at FROM messages WHERE {OverMessages.ByPost} ORDER BY posted_at, created_at LIMIT ?3");

    private static readonly string EndOfOne = ArchivedEnds.Query("?");

    /// <summary>Moves a message out of its channel.</summary>
    /// <param name="retracted">True when its poster took it back, false when its time was over.</param>
    public void Move(long createdAt, bool retracted, long now)
    {
        var ends = new ArchivedEnds(connection);
        ends.Read(EndOfOne, [createdAt]);
        connection.Prepare(
                $"""
                INSERT INTO archive (created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at,
                    archived_at, retracted, state)
                SELECT created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at, ?, ?, {ArchivedEnds.State}
                FROM messages WHERE created_at = ?
                """)
            .Bind(now).Bind(retracted).Bind(createdAt).Run();
        connection.Prepare("DELETE FROM acks WHERE message = ?").Bind(createdAt).Run();
        connection.Prepare("DELETE FROM messages WHERE created_at = ?").Bind(createdAt).Run();
        ends.Keep();
    }

    /// <summary>The channel of an archived message, and the key of its row; null: it is not here.</summary>
    public (long Channel, long CreatedAt)? Find(string id)
    {
        if (!BusId.TryParse(id, out var createdAt, out var salt))
        {
            return null;
        }

        using var query = connection.Prepare("SELECT channel FROM archive WHERE created_at = ? AND salt = ?");
        return query.Bind(createdAt).Bind(salt).Step() ? (query.Integer(0), createdAt) : null;
    }

    /// <summary>How a message that is here ended; null: it is not here.</summary>
    public ArchivedEnd? FindEnd(string id)
    {
        if (!BusId.TryParse(id, out var createdAt, out var salt))
        {
            return null;
        }

        using var query = connection.Prepare("SELECT channel, state, retracted FROM archive WHERE created_at = ? AND salt = ?");
        return query.Bind(createdAt).Bind(salt).Step() ? new(createdAt, query.Integer(0), (StoredState)query.Int32(1), query.Flag(2)) : null;
    }

    /// <summary>A page of a channel's history, the newest first.</summary>
    /// <remarks>A message that is over belongs to the history at once, also while the sweep has not yet moved it here.</remarks>
    public IReadOnlyList<ArchivedMessage> List(ChannelRecord channel, long? olderThan, int limit, long now)
    {
        using var archived = connection.Prepare(
            """
            SELECT m.created_at, m.salt, a.id, a.name, m.actor_label, m.content, m.metadata, m.expires_at, h.id, h.name, m.claimed_at,
                m.archived_at, m.state
            FROM archive m LEFT JOIN actors a ON a.number = m.actor LEFT JOIN actors h ON h.number = m.holder
            WHERE m.channel = ? AND m.created_at < ? ORDER BY m.created_at DESC LIMIT ?
            """);
        archived.Bind(channel.Number).Bind(olderThan ?? long.MaxValue).Bind(limit);
        using var expired = connection.Prepare(
            $"""
            SELECT m.created_at, m.salt, a.id, a.name, m.actor_label, m.content, m.metadata, m.expires_at, h.id, h.name, m.claimed_at,
                m.expires_at, {ArchivedEnds.State}
            FROM messages m LEFT JOIN actors a ON a.number = m.actor LEFT JOIN actors h ON h.number = m.holder
            WHERE m.channel = ? AND m.created_at < ? AND +m.expires_at <= ? ORDER BY m.created_at DESC LIMIT ?
            """);
        // A message created after this bound cannot be over.
        var bound = now - Lives.Of(connection, channel.Number).Shortest + 1;
        expired.Bind(channel.Number).Bind(Math.Min(olderThan ?? long.MaxValue, bound)).Bind(now).Bind(limit);
        return
        [
            .. archived.All(row => Read(row, channel)).Concat(expired.All(row => Read(row, channel)))
                .OrderByDescending(message => message.CreatedAt, StringComparer.Ordinal).Take(limit),
        ];
    }

    /// <summary>Channels that have messages whose time is over.</summary>
    public IReadOnlyList<long> ChannelsDue(long now)
    {
        using var query = connection.Prepare(
            """
            SELECT c.number FROM channels c
            WHERE (SELECT min(created_at) FROM messages m WHERE m.channel = c.number) <= ?1 - c.ttl_seconds * 1000000
                OR (SELECT min(posted_at) FROM messages m WHERE m.channel = c.number AND m.posted_at IS NOT NULL) <= ?1 - c.ttl_seconds * 1000000
            """);
        return query.Bind(now).All(static row => row.Integer(0));
    }

    /// <summary>Moves messages of a channel whose time is over.</summary>
    /// <returns>How many were moved.</returns>
    public int MoveDue(long channel, long now, int limit)
    {
        if (OverMessages.Bound(connection, channel, now) is not { } bound)
        {
            return 0;
        }

        var moved = Run(ByCreation, channel, bound, limit);
        return moved < limit ? moved + Run(ByPost, channel, bound, limit - moved) : moved;
    }

    /// <summary>Channels with archived messages that are older than the channel keeps them.</summary>
    public IReadOnlyList<PurgeBound> ChannelsToPurge(long now)
    {
        // Seeks from one channel to the next in the index, so the cost does not grow with the messages.
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
        return query.Bind(now).All(static row => new PurgeBound(row.Integer(0), row.Integer(1)));
    }

    /// <summary>Removes archived messages of a channel, the oldest first.</summary>
    /// <returns>How many were removed.</returns>
    public int Purge(long channel, long archivedAtOrBefore, int limit)
    {
        const string Oldest = "SELECT created_at FROM archive WHERE channel = ? AND archived_at <= ? ORDER BY archived_at, created_at LIMIT ?";
        connection.Prepare($"DELETE FROM tasks WHERE message IN ({Oldest})").Bind(channel).Bind(archivedAtOrBefore).Bind(limit).Run();
        connection.Prepare($"DELETE FROM archive WHERE created_at IN ({Oldest})").Bind(channel).Bind(archivedAtOrBefore).Bind(limit).Run();
        return connection.LastChanges;
    }

    private int Run(DueMove move, long channel, long bound, int limit)
    {
        var ends = new ArchivedEnds(connection);
        ends.Read(move.Ends, [channel, bound, limit]);
        connection.Prepare(move.Copy).Bind(channel).Bind(bound).Bind(limit).Run();
        var count = connection.LastChanges;
        if (count > 0)
        {
            connection.Prepare(move.DeleteAcks).Bind(channel).Bind(bound).Bind(limit).Run();
            connection.Prepare(move.Delete).Bind(channel).Bind(bound).Bind(limit).Run();
            ends.Keep();
        }

        return count;
    }

    private static ArchivedMessage Read(IStatement row, ChannelRecord channel) => new(
        BusId.Format(row.Integer(0), row.Integer(1)),
        channel.Id,
        row.IsNull(2) ? null : new ActorReference(row.Text(2), row.Text(3)),
        row.OptionalText(4),
        row.Text(5),
        StoredJson.ToElement(row.OptionalText(6)),
        Instant.ToText(row.Integer(0)),
        Instant.ToText(row.Integer(7)),
        row.IsNull(8) ? null : new ActorReference(row.Text(8), row.Text(9)),
        Instant.ToText(row.OptionalInteger(10)),
        Instant.ToText(row.Integer(11)),
        Active: false)
    {
        TaskState = (StoredState)row.Int32(12) switch
        {
            StoredState.Acknowledged when channel.IsClaimable => TaskStates.Acknowledged,
            StoredState.Failed => TaskStates.Failed,
            StoredState.Cancelled => TaskStates.Cancelled,
            StoredState.Waiting => TaskStates.Waiting,
            _ => null,
        },
    };

    /// <summary>The statements that move messages whose time is over; a connection compiles each text once.</summary>
    /// <param name="due">Selects their keys.</param>
    private sealed class DueMove(string due)
    {
        public string Ends { get; } = ArchivedEnds.Query(due);

        public string Copy { get; } =
            $"""
            INSERT INTO archive (created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at,
                archived_at, retracted, state)
            SELECT created_at, salt, channel, actor, actor_label, content, metadata, expires_at, holder, claimed_at, expires_at, 0, {ArchivedEnds.State}
            FROM messages WHERE created_at IN ({due})
            """;

        public string DeleteAcks { get; } = $"DELETE FROM acks WHERE message IN ({due})";

        public string Delete { get; } = $"DELETE FROM messages WHERE created_at IN ({due})";
    }
}

/// <param name="IsRetracted">False: its time was over.</param>
internal sealed record ArchivedEnd(long CreatedAt, long Channel, StoredState State, bool IsRetracted);

internal sealed record PurgeBound(long Channel, long ArchivedAtOrBefore);
