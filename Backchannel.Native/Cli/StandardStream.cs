using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Cli;

/// <summary>Standard input, output or error of a Unix process, blocking or not as its starter left it; unbuffered.</summary>
/// <remarks>
/// Whether a read or write blocks is a property of the open file, which the starter and other programs share: a client that wants its own end
/// not to block sets it for this process too. So "not now" (EAGAIN) is neither an end nor an error here, but waited for.
/// Also, a <see cref="FileStream"/> keeps a position of its own and would write over what others write into the same file.
/// </remarks>
/// <param name="mayBeLost">Whether what cannot be written is dropped, as a log is, instead of ending whoever writes.</param>
internal sealed unsafe class StandardStream(int descriptor, bool mayBeLost = false) : Stream, INonBlockingOutput
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    /// <summary>Bytes that a pipe takes at once when it says that it is writable: PIPE_BUF of Linux, and the least of POSIX.</summary>
    private static readonly int SureBytes = OperatingSystem.IsLinux() ? 4096 : 512;

    private bool knowsNoWait = NativeMethods.HasWriteNoWait;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="StandardStreamException">It cannot be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = NativeMethods.Read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                WaitFor(NativeMethods.Readable);
            }
        }
    }

    /// <summary>Returns once all is written.</summary>
    /// <exception cref="StandardStreamException">It cannot be written to; some of it may have been.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            WriteAll(buffer);
        }
        catch (StandardStreamException) when (mayBeLost)
        {
            // A log line that cannot be written is dropped.
        }
    }

    /// <exception cref="StandardStreamException">It cannot be written to; some of it may have been.</exception>
    public int WriteAvailable(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var written = 0;
            while (written < bytes.Length)
            {
                var count = TryWrite(start + written, bytes.Length - written);
                if (count == 0)
                {
                    break;
                }

                written += count;
            }

            return written;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is buffered.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteAll(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var written = 0;
            while (written < buffer.Length)
            {
                var count = NativeMethods.Write(descriptor, start + written, (nuint)(buffer.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                }
                else
                {
                    WaitFor(NativeMethods.Writable);
                }
            }
        }
    }

    /// <returns>Bytes written; 0: none can be written now.</returns>
    private int TryWrite(byte* start, int length)
    {
        if (knowsNoWait)
        {
            var taken = NativeMethods.WriteNoWait(descriptor, start, (nuint)length);
            if (taken >= 0 || NativeMethods.LastError() == NativeMethods.TryAgain)
            {
                return (int)Math.Max(taken, 0);
            }

            // Older kernels do not know the flag, nor do terminals and some files. Any other fault shows again below.
            knowsNoWait = false;
        }

        var question = new NativeMethods.PollRequest { Descriptor = descriptor, Events = NativeMethods.Writable };
        if (NativeMethods.Poll(&question, 1, timeoutMilliseconds: 0) <= 0)
        {
            return 0;
        }

        var count = NativeMethods.Write(descriptor, start, (nuint)Math.Min(length, SureBytes));
        if (count >= 0)
        {
            return (int)count;
        }

        var error = NativeMethods.LastError();
        return error == NativeMethods.TryAgain || error == NativeMethods.Interrupted ? 0 : throw new StandardStreamException(descriptor, error);
    }

    /// <summary>After a call that failed: waits until it is worth another try.</summary>
    /// <exception cref="StandardStreamException">It is not.</exception>
    private void WaitFor(short readiness)
    {
        var error = NativeMethods.LastError();
        if (error == NativeMethods.TryAgain)
        {
            // Also returns when the other side is gone; the next try then says so.
            var wait = new NativeMethods.PollRequest { Descriptor = descriptor, Events = readiness };
            error = NativeMethods.Poll(&wait, 1, NativeMethods.NoTimeout) < 0 ? NativeMethods.LastError() : 0;
        }

        if (error is not (0 or NativeMethods.Interrupted))
        {
            throw new StandardStreamException(descriptor, error);
        }
    }
}
