using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Sessions: small JSON states, each visible to the key that made it.</summary>
internal sealed class SessionStore(ISqlConnection connection)
{
    public const long Lifetime = 86_400 * Instant.PerSecond;

    private const string Columns = "id, name, state, created_at, updated_at, expires_at";

    public SessionRecord? Find(string id, string keyId)
    {
        using var query = connection.Prepare($"SELECT {Columns} FROM sessions WHERE id = ? AND key_id = ?");
        return query.Bind(id).Bind(keyId).Step() ? Read(query) : null;
    }

    /// <summary>The key's unexpired sessions, the newest first.</summary>
    public IReadOnlyList<SessionRecord> List(string keyId, long now)
    {
        using var query = connection.Prepare($"SELECT {Columns} FROM sessions WHERE key_id = ? AND expires_at > ? ORDER BY expires_at DESC, number DESC");
        return query.Bind(keyId).Bind(now).All(Read);
    }

    /// <summary>How many unexpired sessions a key has.</summary>
    public int Count(string keyId, long now)
    {
        using var query = connection.Prepare("SELECT count(*) FROM sessions WHERE key_id = ? AND expires_at > ?");
        query.Bind(keyId).Bind(now).Step();
        return query.Int32(0);
    }

    public void Add(SessionRecord session, string keyId) =>
        connection.Prepare("INSERT INTO sessions (id, key_id, name, state, created_at, updated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .Bind(session.Id).Bind(keyId).Bind(session.Name).Bind(session.State).Bind(session.CreatedAt).Bind(session.UpdatedAt)
            .Bind(session.ExpiresAt).Run();

    public void SetState(string id, string state, long now) =>
        connection.Prepare("UPDATE sessions SET state = ?, updated_at = ? WHERE id = ?").Bind(state).Bind(now).Bind(id).Run();

    public void Delete(string id) => connection.Prepare("DELETE FROM sessions WHERE id = ?").Bind(id).Run();

    /// <returns>How many were removed.</returns>
    public int DeleteExpired(long now, int limit)
    {
        connection.Prepare("DELETE FROM sessions WHERE number IN (SELECT number FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)")
            .Bind(now).Bind(limit).Run();
        return connection.LastChanges;
    }

    private static SessionRecord Read(IStatement row) =>
        new(row.Text(0), row.Text(1), row.Text(2), row.Integer(3), row.Integer(4), row.Integer(5));
}

/// <summary>A session as it is stored.</summary>
/// <param name="State">A JSON object.</param>
internal sealed record SessionRecord(string Id, string Name, string State, long CreatedAt, long UpdatedAt, long ExpiresAt);
