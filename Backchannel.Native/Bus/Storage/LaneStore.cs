using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The channels that people look at.</summary>
internal sealed class LaneStore(ISqlConnection connection)
{
    /// <summary>Rows of a key's own tasks that are looked at for their channels.</summary>
    private const int MaxOwnRows = 500;

    /// <summary>Discoverable channels that are looked at; some of them are not open.</summary>
    private const int MostFound = 1_000;

    /// <summary>The numbers of the channels that a key has to do with: created under its label, member, held or posted tasks. Those with messages that are not acknowledged come first, then the newest.</summary>
    /// <remarks>The caller checks whether the key may use them. Channels of results are left out among those of its label, because each task has one.</remarks>
    public IReadOnlyList<long> OfKey(string keyId, string ownerId, int limit)
    {
        // The two ranges of names leave out 'result-of-…' without reading them.
        using var query = connection.Prepare(
            """
            SELECT number FROM (SELECT number FROM channels WHERE owner_id = ?1 AND name < 'result-of-'
            UNION SELECT number FROM channels WHERE owner_id = ?1 AND name >= 'result-of.'
            UNION SELECT channel FROM members WHERE key_id = ?2
            UNION SELECT channel FROM (
                SELECT channel FROM messages WHERE posted_by_key_id = ?2 AND named <> 0 ORDER BY created_at DESC LIMIT ?3) AS posted
            UNION SELECT channel FROM (
                SELECT channel FROM messages WHERE claimed_by_key_id = ?2 AND holder IS NOT NULL AND acked = 0 ORDER BY created_at DESC LIMIT ?3) AS held
            ) AS own LEFT JOIN channel_counts ON channel = number
            ORDER BY CASE WHEN messages > acked THEN 0 ELSE 1 END, number DESC LIMIT ?4
            """);
        return query.Bind(ownerId).Bind(keyId).Bind(MaxOwnRows).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>The numbers of the newest channels that anybody may see and use.</summary>
    public IReadOnlyList<long> ForAll(int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT number FROM (SELECT number, access, created_at FROM channels WHERE discoverable = 1 ORDER BY created_at DESC LIMIT ?) AS found
            WHERE access = 'open' ORDER BY created_at DESC LIMIT ?
            """);
        return query.Bind(MostFound).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>How many tasks of a channel are being worked on, and on how many of these a question is open.</summary>
    public (long Claimed, long Questions) AtWork(long channel, long now)
    {
        using var query = connection.Prepare(
            """
            SELECT count(*), CAST(coalesce(sum(CASE WHEN EXISTS (
                SELECT 1 FROM notes n WHERE n.message = m.created_at AND n.kind = 'question' AND n.closed IS NULL) THEN 1 ELSE 0 END), 0) AS bigint)
            FROM messages m WHERE m.channel = ? AND m.holder IS NOT NULL AND m.acked = 0 AND +m.expires_at > ?
            """);
        query.Bind(channel).Bind(now).Step();
        return (query.Integer(0), query.Integer(1));
    }

    /// <summary>When the oldest task that a claim can take was posted.</summary>
    public long? OldestOpen(long channel, long now)
    {
        using var query = connection.Prepare(PriorityRuns.OldestUnclaimed);
        query.Bind(channel).Bind(now).Step();
        return query.IsNull(0) ? null : query.Integer(0);
    }
}
