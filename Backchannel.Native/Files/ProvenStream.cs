using System.Security.Cryptography;

namespace Backchannel.Native.Files;

/// <summary>Bytes of a file whose hash is known: the last of them are handed out only if all together have it, and nobody wrote to the file.</summary>
/// <remarks>So a file that was written to while it is sent never arrives whole, and its receiver keeps nothing of it.</remarks>
/// <param name="source">Disposed with this.</param>
/// <param name="length">Of all bytes.</param>
/// <param name="sha256">Of all bytes, in lower-case hexadecimal digits.</param>
/// <param name="hasChanged">Whether somebody wrote to the file since it was opened.</param>
internal sealed class ProvenStream(Stream source, long length, string sha256, Func<bool> hasChanged) : ForwardStream(length)
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <exception cref="IOException">The bytes are others.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        hash.AppendData(buffer.Span[..read]);
        Taken += read;
        return Taken < Length || (Convert.ToHexStringLower(hash.GetCurrentHash()) == sha256 && !hasChanged())
            ? read
            : throw new IOException("its bytes have changed");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
