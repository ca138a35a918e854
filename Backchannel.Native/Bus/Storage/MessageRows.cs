using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Reads rows of messages, with the actors that they name.</summary>
internal static class MessageRows
{
    /// <summary>Selects what <see cref="Read"/> reads; the message is <c>m</c>.</summary>
    public const string Selection =
        """
        SELECT m.created_at, m.salt, m.channel, a.id, a.name, m.actor_label, m.content, m.metadata, m.mentions, m.expires_at,
            m.holder, h.id, h.name, m.claimed_by_key_id, m.claimed_at, m.lease_salt, m.lease_expires_at, m.acked,
            m.deliveries, m.version, m.claim_session, m.state, m.priority, m.posted_by_key_id, m.reply_to, m.thread, m.named, m.handed_out
        FROM messages m LEFT JOIN actors a ON a.number = m.actor LEFT JOIN actors h ON h.number = m.holder
        """;

    public static MessageRecord Read(IStatement row) => new()
    {
        CreatedAt = row.Integer(0),
        Salt = row.Integer(1),
        Channel = row.Integer(2),
        Actor = row.IsNull(3) ? null : new ActorReference(row.Text(3), row.Text(4)),
        ActorLabel = row.OptionalText(5),
        Content = row.Text(6),
        Metadata = row.OptionalText(7),
        Mentions = row.OptionalText(8),
        ExpiresAt = row.Integer(9),
        HolderNumber = row.OptionalInteger(10),
        Holder = row.IsNull(11) ? null : new ActorReference(row.Text(11), row.Text(12)),
        ClaimedByKeyId = row.OptionalText(13),
        ClaimedAt = row.OptionalInteger(14),
        LeaseSalt = row.OptionalInteger(15),
        LeaseExpiresAt = row.OptionalInteger(16),
        Acked = row.Flag(17),
        Deliveries = row.Int32(18),
        Version = row.Integer(19),
        HolderSession = row.OptionalText(20),
        State = (StoredState)row.Int32(21),
        Priority = row.Int32(22),
        PostedByKeyId = row.OptionalText(23),
        ReplyTo = row.OptionalText(24),
        Thread = row.OptionalText(25),
        Named = (PostOptions)row.Int32(26),
        IsHandedOut = row.Flag(27),
    };
}
