using System.Globalization;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Bytes of files, each content once, in parts; and who may name them.</summary>
/// <remarks>
/// A row of <c>files</c> is found by the hash of its bytes only once all of them are there, and only until its removal begins. Before and after it has
/// another name, which is no hash. So an interrupted upload or removal is never read as a file, and <see cref="Leftovers"/> finds what is left of it.
/// </remarks>
internal sealed class FileStore(ISqlConnection connection)
{
    /// <summary>Bytes of every part but the last.</summary>
    public const int PartBytes = 256 * 1024;

    /// <summary>How long an upload may be named by the key that made it.</summary>
    public static readonly TimeSpan UploadLife = TimeSpan.FromHours(1);

    private const string Incoming = "incoming:";
    private const string Removed = "removed:";

    /// <summary>Of a copy of bytes that were known before, until it is removed.</summary>
    private const string Known = "known:";

    /// <summary>Greater than every hash, smaller than every other name.</summary>
    private const string AfterHashes = "g";

    private static readonly long Life = UploadLife.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A new name for a file whose bytes come in.</summary>
    /// <param name="keyId">Whose quota it counts against.</param>
    /// <param name="expected">How many bytes it will have, which is what counts.</param>
    /// <param name="now">By which any process can tell whether the upload may still be under way.</param>
    public static string IncomingName(string keyId, long expected, long now) =>
        string.Create(CultureInfo.InvariantCulture, $"{Incoming}{keyId}:{expected}:{now}:{Guid.NewGuid():n}");

    /// <summary>When an upload began; null: this is no name of an upload.</summary>
    public static long? BegunAt(string name) => name.StartsWith(Incoming, StringComparison.Ordinal) ? NumberIn(name, 3) : null;

    /// <summary>The name of a copy of bytes that were known before.</summary>
    public static string CopyName(string keyId, long file) => string.Create(CultureInfo.InvariantCulture, $"{Known}{keyId}:{file}");

    /// <returns>Its number.</returns>
    public long Begin(string incoming)
    {
        using var insert = connection.Prepare("INSERT INTO files (sha256, bytes) VALUES (?, 0) RETURNING number");
        insert.Bind(incoming).Step();
        return insert.Integer(0);
    }

    /// <summary>Notes how many bytes of an upload have come in.</summary>
    public void SetReceived(long file, long bytes) => connection.Prepare("UPDATE files SET bytes = ? WHERE number = ?").Bind(bytes).Bind(file).Run();

    public void AddPart(long file, int part, ReadOnlySpan<byte> content) =>
        connection.Prepare("INSERT INTO file_parts (file, part, content) VALUES (?, ?, ?)").Bind(file).Bind(part).BindBlob(content).Run();

    /// <summary>All bytes are there: from now on the file is found by their hash, and the key may name it for a time.</summary>
    /// <remarks>Where these bytes were there before, the new copy is a leftover. It is not removed here, so that this takes as long as with new bytes.</remarks>
    public void Finish(long file, string sha256, long bytes, string keyId, long now)
    {
        var known = Find(sha256);
        if (known is null)
        {
            connection.Prepare("UPDATE files SET sha256 = ?, bytes = ? WHERE number = ?").Bind(sha256).Bind(bytes).Bind(file).Run();
        }
        else
        {
            connection.Prepare("UPDATE files SET sha256 = ?, bytes = ? WHERE number = ?").Bind(CopyName(keyId, file)).Bind(bytes).Bind(file).Run();
        }

        connection.Prepare(
                """
                INSERT INTO uploads (key_id, file, uploaded_at) VALUES (?, ?, ?)
                ON CONFLICT (key_id, file) DO UPDATE SET uploaded_at = excluded.uploaded_at
                """)
            .Bind(keyId).Bind(known ?? file).Bind(now).Run();
    }

    /// <summary>The number of a file by its hash or its other name; null: there is none.</summary>
    public long? Find(string sha256)
    {
        using var query = connection.Prepare("SELECT number FROM files WHERE sha256 = ?");
        return query.Bind(sha256).Step() ? query.Integer(0) : null;
    }

    /// <summary>The number of the file with this hash and length.</summary>
    public long? FindExact(string sha256, long bytes)
    {
        using var query = connection.Prepare("SELECT number FROM files WHERE sha256 = ? AND bytes = ?");
        return query.Bind(sha256).Bind(bytes).Step() ? query.Integer(0) : null;
    }

    /// <summary>Copies a part of a file.</summary>
    /// <returns>How many bytes it has; null: the file is gone, or has no such part.</returns>
    public int? ReadPart(string sha256, int part, Memory<byte> destination)
    {
        using var query = connection.Prepare("SELECT p.content FROM files f JOIN file_parts p ON p.file = f.number WHERE f.sha256 = ? AND p.part = ?");
        if (!query.Bind(sha256).Bind(part).Step())
        {
            return null;
        }

        var content = query.Bytes(0);
        content.CopyTo(destination.Span);
        return content.Length;
    }

    /// <summary>Names a file in a message.</summary>
    public void Name(long message, int position, long file, string name, string? mediaType, string keyId) =>
        connection.Prepare("INSERT INTO message_files (message, position, file, name, media_type, key_id) VALUES (?, ?, ?, ?, ?, ?)")
            .Bind(message).Bind(position).Bind(file).Bind(name).Bind(mediaType).Bind(keyId).Run();

    /// <summary>The files that a message names, archived or not.</summary>
    public IReadOnlyList<FileReference> Of(long message)
    {
        using var query = connection.Prepare(
            """
            SELECT n.name, n.media_type, f.bytes, f.sha256 FROM message_files n JOIN files f ON f.number = n.file
            WHERE n.message = ? ORDER BY n.position
            """);
        return query.Bind(message).All(static row => new FileReference(row.Text(0), row.Integer(2), row.Text(3), row.OptionalText(1)));
    }

    /// <inheritdoc cref="Of(long)"/>
    public IReadOnlyList<FileReference> Of(string id) => BusId.TryParse(id, out var message, out _) ? Of(message) : [];

    /// <summary>Whether a key uploaded a file a short while ago.</summary>
    public bool IsUploadOf(string keyId, long file, long now)
    {
        using var query = connection.Prepare("SELECT 1 FROM uploads WHERE key_id = ? AND file = ? AND uploaded_at > ?");
        return query.Bind(keyId).Bind(file).Bind(now - Life).Step();
    }

    /// <summary>The channels of the newest messages that name a file.</summary>
    public IReadOnlyList<long> ChannelsNaming(long file, int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT DISTINCT coalesce(m.channel, a.channel)
            FROM (SELECT message FROM message_files WHERE file = ? ORDER BY message DESC LIMIT ?) AS n
            LEFT JOIN messages m ON m.created_at = n.message LEFT JOIN archive a ON a.created_at = n.message
            """);
        return query.Bind(file).Bind(limit).All(static row => row.IsNull(0) ? 0 : row.Integer(0));
    }

    /// <summary>Whether a file counts against a key's quota already.</summary>
    public bool Counts(string keyId, long file, long now)
    {
        using var query = connection.Prepare("SELECT 1 FROM message_files WHERE key_id = ? AND file = ? LIMIT 1");
        return query.Bind(keyId).Bind(file).Step() || IsUploadOf(keyId, file, now);
    }

    /// <summary>What a key keeps on the bus: recent uploads, files that its messages name, copies that wait for their removal, and what its uploads under way will be.</summary>
    public (long Bytes, long Count) UsageOf(string keyId, long now)
    {
        using var kept = connection.Prepare(
            """
            SELECT CAST(coalesce(sum(bytes), 0) AS bigint), count(*) FROM files WHERE number IN (
                SELECT file FROM uploads WHERE key_id = ?1 AND uploaded_at > ?2 UNION SELECT file FROM message_files WHERE key_id = ?1)
            """);
        using var copies = connection.Prepare("SELECT CAST(coalesce(sum(bytes), 0) AS bigint) FROM files WHERE sha256 > ? AND sha256 < ?");
        using var incoming = connection.Prepare("SELECT sha256 FROM files WHERE sha256 > ? AND sha256 < ? ORDER BY sha256");
        kept.Bind(keyId).Bind(now - Life).Step();
        copies.Bind($"{Known}{keyId}:").Bind($"{Known}{keyId};").Step();
        var expected = incoming.Bind($"{Incoming}{keyId}:").Bind($"{Incoming}{keyId};").All(static row => NumberIn(row.Text(0), 2) ?? 0);
        return (kept.Integer(0) + copies.Integer(0) + expected.Sum(), kept.Integer(1) + expected.Count);
    }

    /// <summary>The bytes of all files, those included that came in of uploads under way.</summary>
    public long TotalBytes()
    {
        using var query = connection.Prepare("SELECT CAST(coalesce(sum(bytes), 0) AS bigint) FROM files");
        query.Step();
        return query.Integer(0);
    }

    public bool HasUploadsToForget(long now)
    {
        using var query = connection.Prepare("SELECT 1 FROM uploads WHERE uploaded_at <= ? OR uploaded_at > ? LIMIT 1");
        return query.Bind(now - Life).Bind(now + Life).Step();
    }

    /// <returns>How many were forgotten.</returns>
    public int ForgetUploads(long now, int limit)
    {
        // The upper bound forgets what was stored while the clock was far ahead.
        connection.Prepare(
                """
                DELETE FROM uploads WHERE (key_id, file) IN (
                    SELECT key_id, file FROM uploads WHERE uploaded_at <= ? OR uploaded_at > ? LIMIT ?)
                """)
            .Bind(now - Life).Bind(now + Life).Bind(limit).Run();
        return connection.LastChanges;
    }

    /// <summary>Files that nobody may name or read any more.</summary>
    public IReadOnlyList<long> Unreferenced(int limit)
    {
        using var query = connection.Prepare(
            """
            SELECT number FROM files f WHERE sha256 < ?
            AND NOT EXISTS (SELECT 1 FROM uploads WHERE file = f.number) AND NOT EXISTS (SELECT 1 FROM message_files WHERE file = f.number)
            LIMIT ?
            """);
        return query.Bind(AfterHashes).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>Begins the removal of a file, unless it was uploaded or named meanwhile.</summary>
    public void Retire(long file) =>
        connection.Prepare(
                """
                UPDATE files SET sha256 = ?1 WHERE number = ?2 AND sha256 < ?3
                AND NOT EXISTS (SELECT 1 FROM uploads WHERE file = ?2) AND NOT EXISTS (SELECT 1 FROM message_files WHERE file = ?2)
                """)
            .Bind(string.Create(CultureInfo.InvariantCulture, $"{Removed}{file}")).Bind(file).Bind(AfterHashes).Run();

    /// <summary>Names of files that are no files: uploads that come in or were interrupted, copies, and what is being removed.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        using var query = connection.Prepare("SELECT sha256 FROM files WHERE sha256 > ?");
        return query.Bind(AfterHashes).All(static row => row.Text(0));
    }

    /// <summary>Removes parts of a leftover, and at last the leftover itself.</summary>
    /// <returns>How many parts were removed. Fewer than the limit mean that it is gone.</returns>
    public int Remove(string name, int limit)
    {
        if (Find(name) is not { } file)
        {
            return 0;
        }

        connection.Prepare("DELETE FROM file_parts WHERE (file, part) IN (SELECT file, part FROM file_parts WHERE file = ? LIMIT ?)")
            .Bind(file).Bind(limit).Run();
        var count = connection.LastChanges;
        if (count < limit)
        {
            connection.Prepare("DELETE FROM files WHERE number = ?").Bind(file).Run();
        }

        return count;
    }

    private static long? NumberIn(string name, int part) =>
        name.Split(':') is var parts && part < parts.Length && long.TryParse(parts[part], CultureInfo.InvariantCulture, out var number) ? number : null;
}
