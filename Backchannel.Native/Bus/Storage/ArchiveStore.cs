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

        using var query = connection.Prepare("SELECT 1 FROM archive WHERE created_at = ? AND salt = ? AND retracted = 0");
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

    /// <summary>Removes archived messages that a channel keeps no longer.</summary>
    public int Purge(long channel, long archivedAtOrBefore, int limit)
    {
        connection.Prepare(
                """
                DELETE FROM archive WHERE created_at IN (
                    SELECT created_at FROM archive WHERE channel = ? AND archived_at <= ? ORDER BY created_at LIMIT ?)
                """)
            .Bind(channel).Bind(archivedAtOrBefore).Bind(limit).Run();
        return connection.LastChanges;
    }

    /// <summary>The oldest messages of a channel whose time is over.</summary>
    public IReadOnlyList<long> Due(long channel, long createdAtOrBefore, int limit)
    {
        using var query = connection.Prepare("SELECT created_at FROM messages WHERE channel = ? AND created_at <= ? ORDER BY created_at LIMIT ?");
        query.Bind(channel).Bind(createdAtOrBefore).Bind(limit);
        var due = new List<long>();
        while (query.Step())
        {
            due.Add(query.Integer(0));
        }

        return due;
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
