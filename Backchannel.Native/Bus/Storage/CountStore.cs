using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Counts the messages that a channel holds, and those it received.</summary>
/// <remarks>Kept counts include messages that are over and not yet archived. The sweep leaves few of these, so they are counted and subtracted.</remarks>
internal sealed class CountStore(ISqlConnection connection)
{
    /// <summary>Counts the messages of a channel that are not over.</summary>
    public MessageCounts Living(long channel, long now)
    {
        using var query = connection.Prepare("SELECT messages, held, acked FROM channel_counts WHERE channel = ?");
        query.Bind(channel).Step();
        var expired = Expired(channel, now);
        var (total, claimed) = (query.Integer(0) - expired.Total, query.Integer(1) - expired.Claimed);
        return new MessageCounts(total, total - claimed, claimed, query.Integer(2) - expired.Acknowledged);
    }

    /// <summary>How many messages a channel got after a time; counting ends at <paramref name="enough"/>.</summary>
    public int PostedAfter(long channel, long after, long now, int enough)
    {
        // After the clock was far ahead, created_at stays later than now, and posted_at has the real time of the post.
        using var query = connection.Prepare(
            """
            SELECT count(*) FROM (SELECT 1 FROM messages WHERE channel = ?1 AND created_at > ?2 AND created_at <= ?3
                UNION ALL
                SELECT 1 FROM messages WHERE channel = ?1 AND posted_at > ?2 AND posted_at <= ?3 AND created_at > ?3
                LIMIT ?4) AS posted
            """);
        query.Bind(channel).Bind(after).Bind(now + Instant.PerSecond).Bind(enough).Step();
        return query.Int32(0);
    }

    /// <summary>Mean time from the last claim of a message to each of its acks, in milliseconds; null without acks of claimed messages.</summary>
    public long? MeanClaimToAckMilliseconds(long channel, long now)
    {
        if (OverMessages.Bound(connection, channel, now) is not { } bound)
        {
            return null;
        }

        using var query = connection.Prepare("SELECT timed_acks, claim_to_ack FROM channel_counts WHERE channel = ?");
        using var expired = connection.Prepare(
            $"""
            SELECT count(*), CAST(coalesce(sum(k.occurred_at - m.claimed_at), 0) AS bigint)
            FROM (SELECT created_at, claimed_at FROM messages WHERE {OverMessages.ByCreation} AND claimed_at IS NOT NULL
                UNION ALL SELECT created_at, claimed_at FROM messages WHERE {OverMessages.ByPost} AND claimed_at IS NOT NULL) AS m
                JOIN acks k ON k.message = m.created_at
            """);
        query.Bind(channel).Step();
        expired.Bind(channel).Bind(bound).Step();
        var (acks, time) = (query.Integer(0) - expired.Integer(0), query.Integer(1) - expired.Integer(1));
        return acks > 0 ? time / acks / 1000 : null;
    }

    /// <summary>Counts the tasks of a channel that wait, have failed or were cancelled; null for none.</summary>
    public TaskCounts? Tasks(long channel, long now)
    {
        using var query = connection.Prepare(
            """
            SELECT coalesce(sum(CASE state WHEN 1 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE state WHEN 2 THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE state WHEN 3 THEN 1 ELSE 0 END), 0)
            FROM messages WHERE channel = ? AND state <> 0 AND +expires_at > ?
            """);
        query.Bind(channel).Bind(now).Step();
        var counts = new TaskCounts(query.Integer(0), query.Integer(1), query.Integer(2));
        return counts is { Waiting: 0, Failed: 0, Cancelled: 0 } ? null : counts;
    }

    /// <summary>Counts the tasks of all channels by their state, those that are over and not yet archived included.</summary>
    public IReadOnlyList<(string State, long Tasks)> AllTasks()
    {
        using var kept = connection.Prepare(
            """
            SELECT CAST(coalesce(sum(k.messages), 0) AS bigint), CAST(coalesce(sum(k.acked), 0) AS bigint)
            FROM channels c JOIN channel_counts k ON k.channel = c.number WHERE c.mode = 'claimable'
            """);
        using var held = connection.Prepare("SELECT count(*) FROM messages WHERE holder IS NOT NULL AND acked = 0");
        using var others = connection.Prepare(
            """
            SELECT coalesce(sum(CASE state WHEN 1 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE state WHEN 2 THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE state WHEN 3 THEN 1 ELSE 0 END), 0)
            FROM messages WHERE state <> 0
            """);
        kept.Step();
        held.Step();
        others.Step();
        var (acknowledged, claimed) = (kept.Integer(1), held.Integer(0));
        var (waiting, failed, cancelled) = (others.Integer(0), others.Integer(1), others.Integer(2));

        // Tasks of a channel that was deleted a moment ago are in the indexes still, and in no channel's counts.
        var open = Math.Max(0, kept.Integer(0) - acknowledged - claimed - waiting - failed - cancelled);
        return
        [
            (TaskStates.Open, open),
            (TaskStates.Claimed, claimed),
            (TaskStates.Waiting, waiting),
            (TaskStates.Acknowledged, acknowledged),
            (TaskStates.Failed, failed),
            (TaskStates.Cancelled, cancelled),
        ];
    }

    private MessageCounts Expired(long channel, long now)
    {
        if (OverMessages.Bound(connection, channel, now) is not { } bound)
        {
            return new MessageCounts(0, 0, 0, 0);
        }

        using var query = connection.Prepare(
            $"""
            SELECT count(*), count(holder), CAST(coalesce(sum(acked), 0) AS bigint)
            FROM (SELECT holder, acked FROM messages WHERE {OverMessages.ByCreation}
                UNION ALL SELECT holder, acked FROM messages WHERE {OverMessages.ByPost}) AS m
            """);
        query.Bind(channel).Bind(bound).Step();
        return new MessageCounts(query.Integer(0), query.Integer(0) - query.Integer(1), query.Integer(1), query.Integer(2));
    }
}
