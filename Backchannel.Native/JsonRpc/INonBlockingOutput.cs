namespace Backchannel.Native.JsonRpc;

/// <summary>An output stream that can also be written to without waiting for the other side to read.</summary>
internal interface INonBlockingOutput
{
    /// <summary>Writes as much as the stream takes at once.</summary>
    /// <returns>How many bytes that was: fewer than given, or none, when the rest has to wait.</returns>
    /// <exception cref="IOException">The stream can no longer be written to.</exception>
    int WriteAvailable(ReadOnlySpan<byte> bytes);
}
