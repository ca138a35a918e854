using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Who holds which message, and under which lease.</summary>
/// <remarks>What changes a message names its channel too, where that is known: then an engine that reads ahead knows that no other channel is meant.</remarks>
internal sealed class ClaimStore(ISqlConnection connection)
{
    private const long LongestLease = Limits.MaxLeaseSeconds * Instant.PerSecond;

    private const string Undoing =
        """
        UPDATE messages SET holder = NULL, claimed_by_key_id = NULL, claimed_at = NULL, claim_metadata = NULL, lease_salt = NULL,
            lease_expires_at = NULL, claim_session = NULL, handed_out = 0, deliveries = deliveries - 1, version = version + 1
        """;

    private const string OfPriority =
        """
        SELECT created_at FROM messages WHERE channel = ? AND acked = ? AND priority = ? AND created_at > ?
            AND holder IS NULL AND state = 0 AND +expires_at > ?
        """;

    private const string OldestOfPriority = $"{OfPriority} ORDER BY created_at LIMIT 1";

    /// <summary>With a place for each of <see cref="Limits.MaxClaimPosters"/> keys: a statement is prepared once for its text, so the text must not depend on their number.</summary>
    private const string OldestOfPosters =
        $"{OfPriority} AND posted_by_key_id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ORDER BY created_at LIMIT 1";

    /// <summary>The message that <c>tasks/claim</c> of the contract takes, done or not: the highest priority, then the oldest; null when there is none.</summary>
    public OpenTask? FindFree(long channel, long now)
    {
        var open = FindFirst(channel, isAcked: false, now, []);
        var done = FindFirst(channel, isAcked: true, now, []);
        return open is { } task && (done is not { } other || task.IsBefore(other)) ? open : done;
    }

    /// <summary>The open task of a channel that comes first: the highest priority, then the oldest.</summary>
    /// <param name="posters">Ids of the keys whose tasks are meant; empty: whoever posted them.</param>
    public OpenTask? FindOpen(long channel, long now, IReadOnlyList<string> posters) => FindFirst(channel, isAcked: false, now, posters);

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

    /// <summary>Stores a claim, replacing whatever claim and lease the message had.</summary>
    /// <param name="claimed">The message with its new holder and lease.</param>
    public void Claim(MessageRecord claimed, string? metadata) =>
        connection.Prepare(
                """
                UPDATE messages SET holder = ?, claimed_by_key_id = ?, claimed_at = ?, claim_metadata = ?, lease_salt = ?, lease_expires_at = ?,
                    lease_lengthened = 0, handed_out = ?, claim_session = ?, deliveries = ?, version = ?
                WHERE created_at = ? AND channel = ?
                """)
            .Bind(claimed.HolderNumber).Bind(claimed.ClaimedByKeyId).Bind(claimed.ClaimedAt).Bind(metadata).Bind(claimed.LeaseSalt)
            .Bind(claimed.LeaseExpiresAt).Bind(claimed.IsHandedOut).Bind(claimed.HolderSession).Bind(claimed.Deliveries).Bind(claimed.Version)
            .Bind(claimed.CreatedAt).Bind(claimed.Channel).Run();

    /// <summary>Undoes a claim that never reached its claimer: it is not counted as taken.</summary>
    /// <returns>False when that claim no longer stands.</returns>
    public bool TakeBack(long createdAt, long leaseSalt)
    {
        connection.Prepare($"{Undoing} WHERE created_at = ? AND lease_salt = ? AND acked = 0 AND holder IS NOT NULL").Bind(createdAt).Bind(leaseSalt).Run();
        return connection.LastChanges > 0;
    }

    /// <summary>Removes the claim of a message that ends. The lease token stays, so that its holder can be told.</summary>
    public void End(MessageRecord message, StoredState state) =>
        connection.Prepare(
                """
                UPDATE messages SET state = ?, holder = NULL, claimed_by_key_id = NULL, claimed_at = NULL, claim_metadata = NULL,
                    lease_expires_at = NULL, claim_session = NULL, handed_out = 0, version = version + 1
                WHERE created_at = ? AND channel = ?
                """)
            .Bind((long)state).Bind(message.CreatedAt).Bind(message.Channel).Run();

    /// <summary>Removes the claim and the lease of a message.</summary>
    public void Release(MessageRecord message) =>
        connection.Prepare(
                """
                UPDATE messages SET holder = NULL, claimed_by_key_id = NULL, claimed_at = NULL, claim_metadata = NULL, lease_salt = NULL,
                    lease_expires_at = NULL, claim_session = NULL, handed_out = 0, version = version + 1
                WHERE created_at = ? AND channel = ?
                """)
            .Bind(message.CreatedAt).Bind(message.Channel).Run();

    /// <summary>Extends a lease that has not run out, of a message that is not over.</summary>
    /// <returns>False when the token is unknown, replaced or run out.</returns>
    public bool Renew(string leaseToken, long leaseExpiresAt, long now)
    {
        if (!BusId.TryParse(leaseToken, out var createdAt, out var salt))
        {
            return false;
        }

        // Asked first: an engine reads that ahead for many renewals at once, where it counts the changes of each by itself.
        using var lease = connection.Prepare(
            """
            SELECT channel FROM messages
            WHERE created_at = ? AND lease_salt = ? AND lease_expires_at > ? AND expires_at > ? AND EXISTS (SELECT 1 FROM channels WHERE number = channel)
            """);
        if (!lease.Bind(createdAt).Bind(salt).Bind(now).Bind(now).Step())
        {
            return false;
        }

        connection.Prepare("UPDATE messages SET lease_expires_at = ?, lease_lengthened = 0, handed_out = 0 WHERE created_at = ? AND channel = ?")
            .Bind(leaseExpiresAt).Bind(createdAt).Bind(lease.Integer(0)).Run();
        return true;
    }

    /// <summary>The unfinished tasks of a channel that somebody holds, the oldest first.</summary>
    public IReadOnlyList<TaskAtWork> Held(long channel, long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT m.created_at, m.salt, h.name, m.claimed_at, m.claim_session FROM messages m JOIN actors h ON h.number = m.holder
            WHERE m.channel = ? AND m.holder IS NOT NULL AND m.acked = 0 AND +m.expires_at > ? AND (m.lease_expires_at IS NULL OR +m.lease_expires_at > ?)
            ORDER BY m.created_at LIMIT ?
            """);
        query.Bind(channel).Bind(now).Bind(now).Bind(limit);
        return query.All(static row => new TaskAtWork(
            BusId.Format(row.Integer(0), row.Integer(1)), row.Text(2), row.Integer(3), row.OptionalText(4)));
    }

    /// <summary>The sessions of the tasks of <see cref="Held"/>, each as often as it holds one; null for a claim without a session.</summary>
    public IReadOnlyList<string?> HoldingSessions(long channel, long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT claim_session FROM messages
            WHERE channel = ? AND holder IS NOT NULL AND acked = 0 AND +expires_at > ? AND (lease_expires_at IS NULL OR +lease_expires_at > ?) LIMIT ?
            """);
        return query.Bind(channel).Bind(now).Bind(now).Bind(limit).All(static row => row.OptionalText(0));
    }

    /// <summary>When a message of a channel was last taken; null when that is not known.</summary>
    public long? LastClaimAt(long channel)
    {
        using var query = connection.Prepare("SELECT last_claim_at FROM channel_counts WHERE channel = ?");
        return query.Bind(channel).Step() ? query.OptionalInteger(0) : null;
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

    /// <summary>Messages whose lease ran out without an ack: their keys.</summary>
    public IReadOnlyList<long> RunOutLeases(long now, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT created_at FROM messages
            WHERE lease_expires_at <= ? AND lease_expires_at IS NOT NULL AND acked = 0 ORDER BY lease_expires_at LIMIT ?
            """);
        return query.Bind(now).Bind(limit).All(static row => row.Integer(0));
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

    private OpenTask? FindFirst(long channel, bool isAcked, long now, IReadOnlyList<string> posters)
    {
        // A seek for the highest priority and one for its oldest task, so that what has expired and is not archived yet is not walked over.
        for (var below = long.MaxValue; HighestPriority(channel, isAcked, below) is var (priority, longestLife); below = priority)
        {
            using var query = connection.Prepare(posters.Count == 0 ? OldestOfPriority : OldestOfPosters);
            query.Bind(channel).Bind(isAcked).Bind(priority).Bind(now - longestLife).Bind(now);
            for (var i = 0; posters.Count > 0 && i < Limits.MaxClaimPosters; i++)
            {
                query.Bind(i < posters.Count ? posters[i] : null);
            }

            if (query.Step())
            {
                return new OpenTask(query.Integer(0), priority);
            }
        }

        return null;
    }

    /// <returns>The highest priority of the free messages below another one, and the longest life in the channel; null: there are none.</returns>
    private (long Priority, long LongestLife)? HighestPriority(long channel, bool isAcked, long below)
    {
        using var query = connection.Prepare(
            """
            SELECT priority, (SELECT longest_life FROM channel_counts WHERE channel = ?1) FROM messages
            WHERE channel = ?1 AND acked = ?2 AND priority < ?3 AND holder IS NULL AND state = 0 ORDER BY priority DESC LIMIT 1
            """);
        return query.Bind(channel).Bind(isAcked).Bind(below).Step() ? (query.Integer(0), query.Integer(1)) : null;
    }
}
