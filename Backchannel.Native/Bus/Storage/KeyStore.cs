using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>API keys.</summary>
internal sealed class KeyStore(ISqlConnection connection)
{
    public ApiKeyRecord? Find(string keyId)
    {
        using var query = connection.Prepare("SELECT key_id, hash, owner_id, active, scopes FROM keys WHERE key_id = ?");
        return query.Bind(keyId).Step()
            ? new ApiKeyRecord(
                query.Text(0),
                query.Bytes(1).ToArray(),
                query.Text(2),
                query.Flag(3),
                query.OptionalText(4)?.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }

    public bool IsLabelInUse(string label)
    {
        using var query = connection.Prepare("SELECT 1 FROM keys WHERE owner_id = ? AND active = 1");
        return query.Bind(label).Step();
    }

    public void Add(ApiKeyRecord key, long now) =>
        connection.Prepare("INSERT INTO keys (key_id, hash, owner_id, active, scopes, created_at) VALUES (?, ?, ?, 1, NULL, ?)")
            .Bind(key.KeyId).BindBlob(key.Hash).Bind(key.OwnerId).Bind(now).Run();

    public void Revoke(string keyId) => connection.Prepare("UPDATE keys SET active = 0 WHERE key_id = ?").Bind(keyId).Run();

    public void SetScopes(string keyId, IEnumerable<string> scopes) =>
        connection.Prepare("UPDATE keys SET scopes = ? WHERE key_id = ?").Bind(string.Join(' ', scopes)).Bind(keyId).Run();
}
