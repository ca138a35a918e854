using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Finds the tasks that a key holds and those that it posted, the newest first.</summary>
internal sealed class OwnTaskStore(ISqlConnection connection)
{
    public IReadOnlyList<HeldRow> Held(string keyId, long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT created_at, claimed_at, claim_session, lease_expires_at FROM messages
            WHERE claimed_by_key_id = ? AND holder IS NOT NULL AND acked = 0 AND +expires_at > ? ORDER BY created_at DESC LIMIT ?
            """);
        return query.Bind(keyId).Bind(now).Bind(limit).All(static row =>
            new HeldRow(row.Integer(0), row.OptionalInteger(1) ?? row.Integer(0), row.OptionalText(2), row.OptionalInteger(3)));
    }

    /// <remarks>Only what was posted as a task: other messages are not in the index, or have nothing but a trace (64).</remarks>
    public IReadOnlyList<PostedRow> Posted(string keyId, long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT m.created_at, m.state, m.acked, CASE WHEN EXISTS (
                SELECT 1 FROM notes n WHERE n.message = m.created_at AND n.kind = 'question' AND n.closed IS NULL) THEN 1 ELSE 0 END
            FROM messages m WHERE m.posted_by_key_id = ? AND m.named <> 0 AND m.named <> 64 AND +m.expires_at > ? ORDER BY m.created_at DESC LIMIT ?
            """);
        return query.Bind(keyId).Bind(now).Bind(limit).All(static row =>
            new PostedRow(row.Integer(0), (StoredState)row.Int32(1), row.Flag(2), row.Flag(3)));
    }
}

/// <param name="Session">See <see cref="MessageRecord.HolderSession"/>.</param>
internal sealed record HeldRow(long CreatedAt, long ClaimedAt, string? Session, long? LeaseExpiresAt);

/// <param name="HasQuestion">Whether a question on it is open.</param>
internal sealed record PostedRow(long CreatedAt, StoredState State, bool Acked, bool HasQuestion);
