namespace Backchannel.Native.Files;

/// <summary>Reads one stream after the other.</summary>
internal sealed class JoinedStream(ForwardStream first, ForwardStream second) : ForwardStream(first.Length + second.Length)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await first.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : await second.ReadAsync(buffer, cancellationToken);
        Taken += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = first.Read(buffer, offset, count) is > 0 and var some ? some : second.Read(buffer, offset, count);
        Taken += read;
        return read;
    }
}
