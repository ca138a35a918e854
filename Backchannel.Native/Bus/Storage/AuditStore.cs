using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Who issued and revoked keys.</summary>
internal sealed class AuditStore(SqliteConnection connection)
{
    public void Add(string type, string? actorKeyId, string subjectKeyId, string? remoteAddress, string detail, long now) =>
        connection.Prepare(
                "INSERT INTO audit (id, occurred_at, actor_key_id, subject_key_id, event_type, remote_addr, detail) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .Bind(BusId.New(now)).Bind(now).Bind(actorKeyId).Bind(subjectKeyId).Bind(type).Bind(remoteAddress).Bind(detail).Run();

    /// <summary>Entries about a key, the newest first.</summary>
    public IReadOnlyList<AuditEntry> List(string keyId, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT id, occurred_at, actor_key_id, subject_key_id, event_type, remote_addr, detail FROM audit
            WHERE subject_key_id = ? ORDER BY number DESC LIMIT ?
            """);
        query.Bind(keyId).Bind(limit);
        var entries = new List<AuditEntry>();
        while (query.Step())
        {
            entries.Add(new AuditEntry(
                query.Text(0),
                Instant.ToText(query.Integer(1)),
                query.OptionalText(2),
                query.OptionalText(3),
                query.Text(4),
                query.OptionalText(5),
                StoredJson.ToElement(query.Text(6))));
        }

        return entries;
    }
}
