using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Public ids: UUIDs in the form of version 4, whose leading bits grow with time.</summary>
/// <remarks>
/// The id of a message is computed from its row: 58 bits carry its creation time, which is the row's key, and 62 bits are random.
/// So no index over ids is needed, whose random entries would be spread over the whole file. Lease tokens are built alike.
/// </remarks>
internal static class BusId
{
    private const int Length = 36;
    private const long SaltMask = (1L << 62) - 1;

    /// <summary>62 random bits.</summary>
    public static long NewSalt()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) & SaltMask;
    }

    public static string New(long instant) => Format(instant, NewSalt());

    public static string Format(long instant, long salt)
    {
        var milliseconds = (ulong)(instant / 1000);
        var microseconds = (ulong)(instant % 1000);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (milliseconds << 16) | 0x4000 | microseconds);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | (ulong)salt);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Whether a text is as long as every id of a bus; a shorter name or alias need not be looked for among the ids.</summary>
    public static bool IsLong(string text) => text.Length == Length;

    /// <summary>Reads the two parts of an id; false for a text that is no id of a bus.</summary>
    public static bool TryParse(string id, out long instant, out long salt)
    {
        Span<byte> bytes = stackalloc byte[16];
        instant = salt = 0;
        if (id.Length != Length || !Guid.TryParseExact(id, "D", out var guid) || !guid.TryWriteBytes(bytes, bigEndian: true, out _))
        {
            return false;
        }

        var head = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        instant = ((long)(head >> 16) * 1000) + (long)(head & 0x3ff);
        salt = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) & SaltMask;
        return true;
    }
}
