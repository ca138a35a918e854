using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Who holds which message, and under which lease.</summary>
internal sealed class ClaimStore(ISqlConnection connection)
{
    private const long LongestLease = Limits.MaxLeaseSeconds * Instant.PerSecond;

    private static readonly string Open = $"{MessageRows.Selection} WHERE m.created_at = ({PriorityRuns.OpenKey})";
    private static readonly string Free = $"{MessageRows.Selection} WHERE m.created_at = ({PriorityRuns.FreeKey})";

    /// <summary>The best open task of a channel: the highest priority, then the oldest; null when there is none.</summary>
    public MessageRecord? FindOpen(ChannelRecord channel, long now) => FindBest(Open, channel, now);

    /// <summary>The same, done or not: what <c>tasks/claim</c> of the contract takes.</summary>
    public MessageRecord? FindFree(ChannelRecord channel, long now) => FindBest(Free, channel, now);

    /// <summary>The message that is claimed under a lease.</summary>
    public MessageRecord? FindLeased(string leaseToken)
    {
        if (!BusId.TryParse(leaseToken, out var createdAt, out var salt))
        {
            return null;
        }

        using var query = connection.Prepare(
            $"{MessageRows.Selection} WHERE m.created_at = ? AND m.lease_salt = ? AND EXISTS (SELECT 1 FROM channels WHERE number = m.channel)");
        return query.Bind(createdAt).Bind(salt).Step() ? MessageRows.Read(query) : null;
    }

    /// <summary>Gives a message to an actor, replacing whatever claim and lease it had.</summary>
    /// <param name="session">See <see cref="MessageRecord.HolderSession"/>.</param>
    /// <returns>How often the message has been taken, this time included.</returns>
    public int Claim(
        long createdAt, ActorRecord actor, string keyId, string? metadata, (long Salt, long ExpiresAt)? lease, long now, string? session = null)
    {
        using var update = connection.Prepare(
            """
            UPDATE messages SET holder = ?, claimed_by_key_id = ?, claimed_at = ?, claim_metadata = ?, lease_salt = ?, lease_expires_at = ?,
                lease_lengthened = 0, claim_session = ?, deliveries = deliveries + 1, version = version + 1
            WHERE created_at = ?
            RETURNING deliveries
            """);
        update.Bind(actor.Number).Bind(keyId).Bind(now).Bind(metadata).Bind(lease?.Salt).Bind(lease?.ExpiresAt).Bind(session).Bind(createdAt).Step();
        return update.Int32(0);
    }

    /// <summary>Removes the claim of a message that ends. The lease token stays, so that its holder can be told.</summary>
    public void End(long createdAt, StoredState state) =>
        connection.Prepare(
                """
                UPDATE messages SET state = ?, holder = NULL, claimed_by_key_id = NULL, claimed_at = NULL, claim_metadata = NULL,
                    lease_expires_at = NULL, claim_session = NULL, version = version + 1
                WHERE created_at = ?
                """)
            .Bind((long)state).Bind(createdAt).Run();

    /// <summary>Removes the claim and the lease of a message.</summary>
    public void Release(long createdAt) =>
        connection.Prepare(
                """
                UPDATE messages SET holder = NULL, claimed_by_key_id = NULL, claimed_at = NULL, claim_metadata = NULL, lease_salt = NULL,
                    lease_expires_at = NULL, claim_session = NULL, version = version + 1
                WHERE created_at = ?
                """)
            .Bind(createdAt).Run();

    /// <summary>Extends a lease that has not run out, of a message that is not over.</summary>
    /// <returns>False when the token is unknown, replaced or run out.</returns>
    public bool Renew(string leaseToken, long leaseExpiresAt, long now)
    {
        if (!BusId.TryParse(leaseToken, out var createdAt, out var salt))
        {
            return false;
        }

        connection.Prepare(
                """
                UPDATE messages SET lease_expires_at = ?
                WHERE created_at = ? AND lease_salt = ? AND lease_expires_at > ? AND expires_at > ?
                    AND EXISTS (SELECT 1 FROM channels WHERE number = channel)
                """)
            .Bind(leaseExpiresAt).Bind(createdAt).Bind(salt).Bind(now).Bind(now).Run();
        return connection.LastChanges > 0;
    }

    /// <summary>Whether a lease has run out without an ack, or one ends later than a lease can.</summary>
    public bool HasLeaseToEnd(long now)
    {
        using var ended = connection.Prepare(
            "SELECT 1 FROM messages WHERE lease_expires_at <= ? AND lease_expires_at IS NOT NULL AND acked = 0 LIMIT 1");
        using var endless = connection.Prepare("SELECT 1 FROM messages WHERE lease_expires_at > ? AND acked = 0 LIMIT 1");

        // The reader's clock may be a little behind the writer's.
        return ended.Bind(now).Step() || endless.Bind(now + LongestLease + Instant.PerSecond).Step();
    }

    /// <summary>Messages whose lease ran out without an ack: their keys and channels.</summary>
    public IReadOnlyList<(long CreatedAt, long Channel)> RunOutLeases(long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT created_at, channel FROM messages
            WHERE lease_expires_at <= ? AND lease_expires_at IS NOT NULL AND acked = 0 ORDER BY lease_expires_at LIMIT ?
            """);
        return query.Bind(now).Bind(limit).All(static row => (row.Integer(0), row.Integer(1)));
    }

    /// <summary>Moves the ends of leases along with a clock that was set, so that each lease keeps its remaining time.</summary>
    public void ShiftLeases(long step) =>
        connection.Prepare("UPDATE messages SET lease_expires_at = lease_expires_at + ? WHERE lease_expires_at IS NOT NULL AND acked = 0")
            .Bind(step).Run();

    /// <summary>Gives leases that ran out, or are about to, until a time, because their holders could not renew them. Once, until they are renewed.</summary>
    public void LengthenLeases(long until) =>
        connection.Prepare(
                """
                UPDATE messages SET lease_expires_at = ?1, lease_lengthened = 1
                WHERE lease_expires_at < ?1 AND acked = 0 AND lease_lengthened = 0
                """)
            .Bind(until).Run();

    /// <summary>Shortens leases that end later than a lease can, because the clock was set back while no bus ran.</summary>
    public void ShortenLeases(long now) =>
        connection.Prepare("UPDATE messages SET lease_expires_at = ?1 WHERE lease_expires_at > ?1 AND acked = 0")
            .Bind(now + LongestLease).Run();

    private MessageRecord? FindBest(string sql, ChannelRecord channel, long now)
    {
        using var query = connection.Prepare(sql);
        query.Bind(channel.Number).Bind(now - Lives.Of(connection, channel.Number).Longest).Bind(now);
        return query.Step() ? MessageRows.Read(query) : null;
    }
}
