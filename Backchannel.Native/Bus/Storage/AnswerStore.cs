using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Answers kept so that a repeated write gets the first answer again.</summary>
internal sealed class AnswerStore(ISqlConnection connection)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private static readonly long Life = Lifetime.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>64 bits of SHA-256.</summary>
    public static long Digest(string scope, string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{text}"), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    /// <remarks>Before schema 7, each answer lay at the place of its whole digest.</remarks>
    public KeptAnswer? Find(KeyDigest key, long now) => Find(key.Place, key.Whole, now) ?? (key.Place == key.Whole ? null : Find(key.Whole, key.Whole, now));

    public void Add(KeyDigest key, long storedAt, KeptAnswer answer)
    {
        // stored_at is the key, and a clock that was set back gives the same times again.
        while (!TryAdd(key, storedAt, answer))
        {
            storedAt++;
        }
    }

    /// <returns>How many were removed.</returns>
    public int DeleteExpired(long now, int limit)
    {
        connection.Prepare("DELETE FROM answers WHERE stored_at IN (SELECT stored_at FROM answers WHERE stored_at <= ? ORDER BY stored_at LIMIT ?)")
            .Bind(now - Life).Bind(limit).Run();
        return connection.LastChanges;
    }

    private KeptAnswer? Find(long place, long whole, long now)
    {
        // The upper bound leaves out an answer that was stored while the clock was far ahead: it would stay valid for years.
        using var query = connection.Prepare(
            """
            SELECT operation, status, body, deliveries FROM answers
            WHERE digest = ? AND coalesce(whole_digest, digest) = ? AND stored_at > ? AND stored_at < ?
            """);
        query.Bind(place).Bind(whole).Bind(now - Life).Bind(now + Life);
        return query.Step()
            ? new KeptAnswer(query.Integer(0), (int)query.Integer(1), query.Bytes(2).ToArray(), query.OptionalInt32(3))
            : null;
    }

    private bool TryAdd(KeyDigest key, long storedAt, KeptAnswer answer)
    {
        // RETURNING would cost a table in memory for each statement.
        connection.Prepare(
                """
                INSERT INTO answers (stored_at, digest, whole_digest, operation, status, body, deliveries) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """)
            .Bind(storedAt).Bind(key.Place).Bind(key.Whole).Bind(answer.Operation).Bind(answer.Status).BindBlob(answer.Body.Span)
            .Bind(answer.Deliveries).Run();
        return connection.LastChanges > 0;
    }
}
