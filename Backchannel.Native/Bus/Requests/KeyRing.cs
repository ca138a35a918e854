using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Requests;

/// <summary>Checks raw keys against the stored hashes. Remembers the records of keys that were used, for a few seconds each.</summary>
internal sealed class KeyRing(BusDatabase database, TimeProvider timeProvider)
{
    /// <summary>How old a remembered record may be: a key that another process revokes stays valid here no longer than this.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, KnownKey> known = [];

    /// <summary>How often everything was forgotten.</summary>
    private long forgotten;

    /// <exception cref="ApiException">No key, or none that is valid.</exception>
    public async ValueTask<ApiKeyRecord> AuthenticateAsync(string? rawKey)
    {
        if (rawKey is null)
        {
            throw Refusal.Unauthorized($"Send an API key in the header X-API-Key. POST {Routes.Keys} issues one.");
        }

        if (rawKey.IndexOf('.') is not (> 0 and var dot))
        {
            throw Refusal.Unauthorized("The API key is malformed.");
        }

        var keyId = rawKey[..dot];
        var key = known.TryGetValue(keyId, out var seen) && timeProvider.GetElapsedTime(seen.ReadAt) < LongestAge
            ? seen.Record
            : await ReadAsync(keyId, seen);
        if (key is null || !IsHashOf(key.Hash, rawKey))
        {
            throw Refusal.Unauthorized("This bus does not know the API key.");
        }

        return key.Active ? key : throw Refusal.Unauthorized("The API key was revoked.");
    }

    /// <summary>Replaces the record of a key that this process has changed, also where another thread has just read the old one.</summary>
    public void Remember(ApiKeyRecord key) => known[key.KeyId] = new KnownKey(key, timeProvider.GetTimestamp());

    /// <summary>Forgets everything: another process may have revoked keys.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref forgotten);
        known.Clear();
    }

    public static void Hash(string rawKey, Span<byte> hash) => SHA256.HashData(Encoding.UTF8.GetBytes(rawKey), hash);

    private static bool IsHashOf(ReadOnlySpan<byte> stored, string rawKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(rawKey, hash);
        return CryptographicOperations.FixedTimeEquals(stored, hash);
    }

    private async ValueTask<ApiKeyRecord?> ReadAsync(string keyId, KnownKey? seen)
    {
        var before = Interlocked.Read(ref forgotten);
        var readAt = timeProvider.GetTimestamp();
        if (await database.ReadAsync(storage => storage.Keys.Find(keyId)) is not { } stored)
        {
            return null;
        }

        // A record that was remembered during the read is newer than what was read, so it must not be replaced.
        var read = new KnownKey(stored, readAt);
        var isNewest = seen is null ? known.TryAdd(keyId, read) : known.TryUpdate(keyId, read, seen);
        if (Interlocked.Read(ref forgotten) != before)
        {
            // What was read may be older than what made the ring forget.
            known.TryRemove(new(keyId, read));
        }

        return isNewest || !known.TryGetValue(keyId, out var newest) ? stored : newest.Record;
    }

    /// <summary>A class, so that entries are compared by reference.</summary>
    /// <param name="readAt">A timestamp of the monotonic clock.</param>
    private sealed class KnownKey(ApiKeyRecord record, long readAt)
    {
        public ApiKeyRecord Record { get; } = record;

        public long ReadAt { get; } = readAt;
    }
}
