using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Changes of a channel's membership, kept for a day.</summary>
internal sealed class EventStore(ISqlConnection connection)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <returns>How many were removed.</returns>
    public int DeleteExpired(long now, int limit)
    {
        connection.Prepare("DELETE FROM events WHERE created_at IN (SELECT created_at FROM events WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)")
            .Bind(now).Bind(limit).Run();
        return connection.LastChanges;
    }

    public void Add(Moment moment, long channel, string type, string actorKeyId, string? subjectKeyId, string? invitationId) =>
        connection.Prepare(
                """
                INSERT INTO events (created_at, id, channel, event_type, actor_key_id, subject_key_id, invitation_id, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
            .Bind(moment.Unique).Bind(BusId.New(moment.Unique)).Bind(channel).Bind(type).Bind(actorKeyId).Bind(subjectKeyId).Bind(invitationId)
            .Bind(moment.Real + (Lifetime.Ticks / TimeSpan.TicksPerMicrosecond)).Run();

    /// <summary>A page of a channel's unexpired events, the oldest first.</summary>
    public IReadOnlyList<ChannelEvent> List(ChannelRecord channel, long? after, int limit, long now)
    {
        using var query = connection.Prepare(
            """
            SELECT created_at, id, event_type, actor_key_id, subject_key_id, invitation_id, expires_at FROM events
            WHERE channel = ? AND created_at > ? AND +expires_at > ? ORDER BY created_at LIMIT ?
            """);
        return query.Bind(channel.Number).Bind(after ?? long.MinValue).Bind(now).Bind(limit).All(row => new ChannelEvent(
            row.Text(1),
            channel.Id,
            row.Text(2),
            row.Text(3),
            row.OptionalText(4),
            row.OptionalText(5),
            StoredJson.ToElement(null),
            Instant.ToText(row.Integer(0)),
            Instant.ToText(row.Integer(6))));
    }
}
