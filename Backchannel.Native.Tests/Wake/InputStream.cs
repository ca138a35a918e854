namespace Backchannel.Native.Tests.Wake;

/// <summary>An input that gives a byte at each read, and counts them.</summary>
internal sealed class InputStream : Stream
{
    private readonly ManualResetEventSlim ended = new();
    private int reads;

    /// <summary>How often it gives something; then it waits until it is disposed.</summary>
    public int Bytes { get; init; } = int.MaxValue;

    public int Reads => Volatile.Read(ref reads);

    /// <summary>Ends once all was given and somebody wants more.</summary>
    public TaskCompletionSource IsEmpty { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (Interlocked.Increment(ref reads) <= Bytes)
        {
            buffer[offset] = (byte)'{';
            return 1;
        }

        IsEmpty.TrySetResult();
        ended.Wait();
        return 0;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        ended.Set();
        base.Dispose(disposing);
    }
}
