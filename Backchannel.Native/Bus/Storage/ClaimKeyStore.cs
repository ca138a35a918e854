using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Idempotency keys of claims that name no message, each with the claim that its first request got.</summary>
/// <remarks>An answer is not kept: what such a claim got is worth nothing once its lease is over.</remarks>
internal sealed class ClaimKeyStore(ISqlConnection connection)
{
    private static readonly long Life = AnswerStore.Lifetime.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <returns>The claim: key of the message and salt of the lease; null when no request with this key got one.</returns>
    /// <remarks>Before schema 7, each key lay at the place of its whole digest.</remarks>
    public (long Message, long LeaseSalt)? Find(KeyDigest key, long now) =>
        Find(key.Place, key.Whole, now) ?? (key.Place == key.Whole ? null : Find(key.Whole, key.Whole, now));

    public void Add(KeyDigest key, long storedAt, long message, long leaseSalt)
    {
        // stored_at is the key, and a clock that was set back gives the same times again.
        while (!TryAdd(key, storedAt, message, leaseSalt))
        {
            storedAt++;
        }
    }

    /// <summary>Notes that a further request with this key got the claim: a second row says so, however many they are.</summary>
    public void AddRepetition(KeyDigest key, long storedAt, long message, long leaseSalt)
    {
        if (!IsRepeated(key, leaseSalt))
        {
            Add(key, storedAt, message, leaseSalt);
        }
    }

    /// <summary>Whether more than one request with this key got the claim.</summary>
    public bool IsRepeated(KeyDigest key, long leaseSalt)
    {
        using var query = connection.Prepare("SELECT 1 FROM claim_keys WHERE digest = ? AND lease_salt = ? LIMIT 1 OFFSET 1");
        return query.Bind(key.Place).Bind(leaseSalt).Step();
    }

    /// <summary>Forgets a claim that was undone.</summary>
    public void Remove(KeyDigest key, long leaseSalt) =>
        connection.Prepare("DELETE FROM claim_keys WHERE digest = ? AND lease_salt = ?").Bind(key.Place).Bind(leaseSalt).Run();

    /// <returns>How many were removed.</returns>
    public int DeleteExpired(long now, int limit)
    {
        connection.Prepare("DELETE FROM claim_keys WHERE stored_at IN (SELECT stored_at FROM claim_keys WHERE stored_at <= ? ORDER BY stored_at LIMIT ?)")
            .Bind(now - Life).Bind(limit).Run();
        return connection.LastChanges;
    }

    private (long Message, long LeaseSalt)? Find(long place, long whole, long now)
    {
        // The upper bound leaves out what was stored while the clock was far ahead.
        using var query = connection.Prepare(
            """
            SELECT message, lease_salt FROM claim_keys WHERE digest = ? AND coalesce(whole_digest, digest) = ? AND stored_at > ? AND stored_at < ?
            ORDER BY stored_at DESC LIMIT 1
            """);
        return query.Bind(place).Bind(whole).Bind(now - Life).Bind(now + Life).Step() ? (query.Integer(0), query.Integer(1)) : null;
    }

    private bool TryAdd(KeyDigest key, long storedAt, long message, long leaseSalt)
    {
        connection.Prepare(
                """
                INSERT INTO claim_keys (stored_at, digest, whole_digest, message, lease_salt) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """)
            .Bind(storedAt).Bind(key.Place).Bind(key.Whole).Bind(message).Bind(leaseSalt).Run();
        return connection.LastChanges > 0;
    }
}
