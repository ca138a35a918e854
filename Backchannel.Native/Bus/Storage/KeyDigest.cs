using System.Buffers.Binary;

namespace Backchannel.Native.Bus.Storage;

/// <summary>An idempotency key as the database keeps it.</summary>
/// <param name="Place">
/// Its place in an index. A key that is a UUID of version 7 begins with its time, so it lies beside those of the same time: a commit then writes to a
/// few pages instead of one for each key. Other keys lie scattered.
/// </param>
/// <param name="Whole">Tells apart what lies at one place: 64 bits are enough for the writes of one day.</param>
internal readonly record struct KeyDigest(long Place, long Whole)
{
    // Of the 64 bits that a UUID of version 7 begins with, 48 are its time; the others come from the digest.
    private const long DigestBits = 0xffff;

    /// <param name="keyId">The calling key, which is part of the digest: one key cannot produce the digest of another.</param>
    /// <param name="text">The idempotency key.</param>
    public static KeyDigest Of(string keyId, string text)
    {
        var whole = AnswerStore.Digest(keyId, text);
        Span<byte> bytes = stackalloc byte[16];
        return (Guid.TryParseExact(text, "N", out var id) || Guid.TryParseExact(text, "D", out id)) && id.Version == 7
            && id.TryWriteBytes(bytes, bigEndian: true, out _)
            ? new((BinaryPrimitives.ReadInt64BigEndian(bytes) & ~DigestBits) | (whole & DigestBits), whole)
            : new(whole, whole);
    }
}
