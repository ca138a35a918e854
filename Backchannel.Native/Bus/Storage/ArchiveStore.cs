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
}
