namespace Backchannel.Native.Bus.Storage;

/// <summary>What happened to a channel's membership, kept for a day.</summary>
internal sealed class EventStore(SqliteConnection connection)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public void DeleteExpired(long now) =>
        connection.Prepare("DELETE FROM events WHERE created_at <= ?").Bind(now - (Lifetime.Ticks / TimeSpan.TicksPerMicrosecond)).Run();

    /// <param name="createdAt">A unique time: the row's key.</param>
    public void Add(long createdAt, long channel, string type, string actorKeyId, string? subjectKeyId, string? invitationId) =>
        connection.Prepare(
                "INSERT INTO events (created_at, id, channel, event_type, actor_key_id, subject_key_id, invitation_id) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .Bind(createdAt).Bind(BusId.New(createdAt)).Bind(channel).Bind(type).Bind(actorKeyId).Bind(subjectKeyId).Bind(invitationId).Run();
}
