using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>Reads an open file from its beginning; leaves it open.</summary>
/// <param name="length">Bytes to read at most.</param>
internal sealed class HandleStream(SafeFileHandle handle, long length) : ForwardStream(length)
{
    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(handle, buffer[..(int)Math.Min(buffer.Length, Length - Taken)], Taken);
        Taken += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // A file of the disk: reading it takes no longer than switching threads would.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }
}
