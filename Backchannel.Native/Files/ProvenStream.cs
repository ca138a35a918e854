using System.Security.Cryptography;

namespace Backchannel.Native.Files;

/// <summary>Bytes of a file whose hash is known: the last of them are handed out only if all together have it, and nobody wrote to the file.</summary>
/// <remarks>So a file that was written to while it is sent never arrives whole, and its receiver keeps nothing of it.</remarks>
/// <param name="source">Disposed with this.</param>
/// <param name="length">Of all bytes.</param>
/// <param name="sha256">Of all bytes, in lower-case hexadecimal digits.</param>
/// <param name="hasChanged">Whether somebody wrote to the file since it was opened.</param>
internal sealed class ProvenStream(Stream source, long length, string sha256, Func<bool> hasChanged) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">The bytes are others.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        hash.AppendData(buffer.Span[..read]);
        position += read;
        return position < length || (Convert.ToHexStringLower(hash.GetCurrentHash()) == sha256 && !hasChanged())
            ? read
            : throw new IOException("its bytes have changed");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
