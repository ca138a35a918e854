using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The log of keys that were issued and revoked.</summary>
internal sealed class AuditStore(ISqlConnection connection)
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
        return query.Bind(keyId).Bind(limit).All(static row => new AuditEntry(
            row.Text(0),
            Instant.ToText(row.Integer(1)),
            row.OptionalText(2),
            row.OptionalText(3),
            row.Text(4),
            row.OptionalText(5),
            StoredJson.ToElement(row.Text(6))));
    }
}
