namespace Backchannel.Native.JsonRpc;

/// <summary>One line of input; valid until the next one is read.</summary>
/// <param name="bytes">The line without its LF, or the beginning of one that is too long.</param>
internal readonly ref struct JsonRpcLine(ReadOnlySpan<byte> bytes, bool isTooLong)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Whether the line exceeded the limit; the reader drops the rest of it.</summary>
    public bool IsTooLong => isTooLong;
}
