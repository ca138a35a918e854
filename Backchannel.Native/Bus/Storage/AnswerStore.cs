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

    /// <summary>64 bits are enough to distinguish the writes of one day. The scope contains the calling key, so one key cannot produce the digest of another.</summary>
    public static long Digest(string scope, string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{text}"), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    public KeptAnswer? Find(long digest, long now)
    {
        // The upper bound leaves out an answer that was stored while the clock was far ahead: it would stay valid for years.
        using var query = connection.Prepare("SELECT operation, status, body, deliveries FROM answers WHERE digest = ? AND stored_at > ? AND stored_at < ?");
        query.Bind(digest).Bind(now - Life).Bind(now + Life);
        return query.Step()
            ? new KeptAnswer(query.Integer(0), (int)query.Integer(1), query.Bytes(2).ToArray(), query.OptionalInt32(3))
            : null;
    }

    public void Add(long digest, long storedAt, KeptAnswer answer)
    {
        // stored_at is the key, and a clock that was set back gives the same times again.
        while (!TryAdd(digest, storedAt, answer))
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

    private bool TryAdd(long digest, long storedAt, KeptAnswer answer)
    {
        // RETURNING would make SQLite build a table in memory for each statement.
        connection.Prepare("INSERT INTO answers (stored_at, digest, operation, status, body, deliveries) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(storedAt).Bind(digest).Bind(answer.Operation).Bind(answer.Status).BindBlob(answer.Body.Span).Bind(answer.Deliveries).Run();
        return connection.LastChanges > 0;
    }
}
