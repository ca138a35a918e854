using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Invitations into restricted channels.</summary>
internal sealed class InvitationStore(ISqlConnection connection)
{
    public const long Lifetime = 86_400 * Instant.PerSecond;

    public InvitationRecord? Find(string id)
    {
        using var query = connection.Prepare(
            "SELECT id, channel, owner_id, created_by_key_id, created_at, expires_at, revoked_at FROM invitations WHERE id = ?");
        return query.Bind(id).Step()
            ? new InvitationRecord(
                query.Text(0),
                query.Integer(1),
                query.Text(2),
                query.Text(3),
                query.Integer(4),
                query.Integer(5),
                query.OptionalInteger(6))
            : null;
    }

    public void Add(InvitationRecord invitation) =>
        connection.Prepare(
                "INSERT INTO invitations (id, channel, owner_id, created_by_key_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)")
            .Bind(invitation.Id).Bind(invitation.Channel).Bind(invitation.OwnerId).Bind(invitation.CreatedByKeyId)
            .Bind(invitation.CreatedAt).Bind(invitation.ExpiresAt).Run();

    public void Revoke(string id, long now) =>
        connection.Prepare("UPDATE invitations SET revoked_at = ? WHERE id = ?").Bind(now).Bind(id).Run();

    /// <returns>How many were removed.</returns>
    public int DeleteExpired(long now, int limit)
    {
        connection.Prepare("DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)")
            .Bind(now).Bind(limit).Run();
        return connection.LastChanges;
    }

    /// <returns>How many were removed.</returns>
    public int DeleteRevoked(int limit)
    {
        connection.Prepare("DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE revoked_at IS NOT NULL ORDER BY revoked_at LIMIT ?)")
            .Bind(limit).Run();
        return connection.LastChanges;
    }
}

/// <summary>An invitation as it is stored.</summary>
/// <param name="Id">24 characters; who knows them may come in.</param>
internal sealed record InvitationRecord(
    string Id,
    long Channel,
    string OwnerId,
    string CreatedByKeyId,
    long CreatedAt,
    long ExpiresAt,
    long? RevokedAt);
