using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>What an import does not carry over, with what that means.</summary>
internal static class LeftOuts
{
    public const string Unreadable = "objects of JSON that this bus refuses";
    public const string ExpiringKeys = "keys with an end";
    public const string SharedLabels = "older active keys of a label that has several";
    public const string OtherHashes = "keys with a hash of another form";
    public const string DeletedChannels = "archived messages and access requests of deleted channels";

    /// <summary>Noted during the import.</summary>
    private static readonly (string What, string Meaning)[] Noted =
    [
        (Unreadable, "their text is kept in a member 'unreadable'"),
        (ExpiringKeys, "keys of this bus have no end, so these are revoked"),
        (SharedLabels, "a label has one active key here: the one that was used last stays, these are revoked"),
        (OtherHashes, "they cannot be checked, so they are revoked"),
        (DeletedChannels, "nobody can reach them"),
    ];

    /// <summary>Counted in the source.</summary>
    private static readonly (string Sql, string What, string Meaning)[] Counted =
    [
        (
            "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM audit_messages)",
            "ids of messages", "each message has a new id, made of its time; an old id is answered with 404"),
        (
            "SELECT count(*) FROM messages WHERE claimed_by_actor_id IS NOT NULL AND lease_token IS NOT NULL",
            "lease tokens", "a task that is held under a lease stays with its holder until the lease ends, and then is free"),
        (
            "SELECT count(*) FROM idempotency_cache",
            "kept answers", "a request from before that is sent again is carried out again"),
        (
            "SELECT count(*) FROM message_events WHERE event_type <> 'ack'",
            "records of claims", "only the present holder of a message is kept"),
        (
            "SELECT count(*) FROM messages WHERE depends_on IS NOT NULL",
            "dependencies of messages", "no request of the reference server can set them"),
        (
            "SELECT count(*) FROM pending_webhooks WHERE delivered_at IS NOT NULL OR attempts >= 5",
            "webhook events that were delivered or given up", "those that wait are carried over"),
        (
            "SELECT count(*) FROM channels WHERE team_id IS NOT NULL",
            "teams of channels", "this bus has no teams: let their members in one by one"),
        (
            "SELECT count(*) FROM api_keys WHERE team_id IS NOT NULL OR email IS NOT NULL OR credit_balance_micros <> 0",
            "teams, addresses and credits of keys", "this bus has none"),
        (
            """
            SELECT (SELECT count(*) FROM audit_cleanup_runs) + (SELECT count(*) FROM audit_channels) + (SELECT count(*) FROM audit_message_events)
                + (SELECT count(*) FROM audit_channel_invitations) + (SELECT count(*) FROM audit_channel_events)
            """,
            "records of the cleanup", "archived messages are carried over, its other records are not"),
    ];

    public static IReadOnlyList<LeftOut> Find(ISqlConnection source, ImportTarget target)
    {
        var found = Counted.Select(entry => new LeftOut(Count(source, entry.Sql), entry.What, entry.Meaning))
            .Concat(Noted.Select(entry => new LeftOut(target.Withdrawn(entry.What), entry.What, entry.Meaning)));
        return [.. found.Where(entry => entry.Count > 0)];
    }

    public static long Count(ISqlConnection source, string sql)
    {
        using var query = source.Prepare(sql);
        return query.Step() ? query.Integer(0) : 0;
    }
}
