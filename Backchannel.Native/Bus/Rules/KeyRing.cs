using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Knows who calls: checks raw keys against their hashes, remembering those that were used.</summary>
internal sealed class KeyRing(BusDatabase database)
{
    private readonly ConcurrentDictionary<string, ApiKeyRecord> known = [];

    /// <exception cref="ApiException">No key, or none that is valid.</exception>
    public ApiKeyRecord Authenticate(string? rawKey)
    {
        if (rawKey is null)
        {
            throw Refusal.Unauthorized("Send an API key in the header X-API-Key. POST /v1/keys issues one.");
        }

        if (rawKey.IndexOf('.') is not (> 0 and var dot))
        {
            throw Refusal.Unauthorized("The API key is malformed.");
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(rawKey, hash);
        var key = Find(rawKey[..dot]);
        if (key is null || !CryptographicOperations.FixedTimeEquals(key.Hash, hash))
        {
            throw Refusal.Unauthorized("This bus does not know the API key.");
        }

        return key.Active ? key : throw Refusal.Unauthorized("The API key was revoked.");
    }

    /// <summary>Takes over a record that has changed; it wins over one that a reader may just have found.</summary>
    public void Remember(ApiKeyRecord key) => known[key.KeyId] = key;

    public static void Hash(string rawKey, Span<byte> hash) => SHA256.HashData(Encoding.UTF8.GetBytes(rawKey), hash);

    private ApiKeyRecord? Find(string keyId)
    {
        if (known.TryGetValue(keyId, out var key))
        {
            return key;
        }

        if (database.Read(storage => storage.Keys.Find(keyId)) is { } stored)
        {
            return known.GetOrAdd(keyId, stored);
        }

        return null;
    }
}
