namespace Backchannel.Native.JsonRpc;

/// <summary>Writes to the output: at once what it takes, and the rest on a thread of its own, which a client that does not read may block.</summary>
/// <param name="output">One that is no <see cref="INonBlockingOutput"/> is written to by the thread alone.</param>
/// <param name="restIsWritten">Called by the thread each time that it has written a rest, or could not.</param>
internal sealed class OutputWriter(Stream output, Action restIsWritten)
{
    /// <summary>Bytes of one blocking write: few, so that <see cref="Sent"/> shows whether the client reads at all.</summary>
    private const int MaxBytesAtOnce = 4096;

    private readonly object gate = new();
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly INonBlockingOutput? nonBlocking = output as INonBlockingOutput;
    private Thread? thread;
    private ReadOnlyMemory<byte> rest;
    private bool isClosed;
    private long sent;

    /// <summary>Bytes that the stream has taken so far.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Ends when the stream can no longer be written to.</summary>
    public Task Broken => broken.Task;

    /// <summary>Why it cannot; set before <see cref="Broken"/> ends.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Never waits for the other side to read. To be called by one thread at a time, and only when no rest is left.</summary>
    /// <param name="bytes">Not to be changed while a rest of them is left.</param>
    /// <returns>Whether nothing is left to write: the output took all of it, or is broken.</returns>
    public bool Write(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var written = nonBlocking?.WriteAvailable(bytes.Span) ?? 0;
            Interlocked.Add(ref sent, written);
            bytes = bytes[written..];
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            Break(fault);
            return true;
        }

        if (bytes.IsEmpty)
        {
            return true;
        }

        HandOver(bytes);
        return false;
    }

    /// <summary>Ends the thread, once it has written a rest that is left.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.Pulse(gate);
        }
    }

    private void HandOver(ReadOnlyMemory<byte> bytes)
    {
        lock (gate)
        {
            rest = bytes;
            if (thread is null)
            {
                // A blocked write cannot be cancelled, so it must not hold up the end of the process.
                thread = new Thread(WriteRests) { IsBackground = true, Name = "JSON-RPC output" };
                thread.UnsafeStart();
            }
            else
            {
                Monitor.Pulse(gate);
            }
        }
    }

    private void WriteRests()
    {
        while (WaitForRest() is { IsEmpty: false } bytes)
        {
            WriteBlocking(bytes.Span);
            restIsWritten();
        }
    }

    /// <summary>Empty when there is no more to come.</summary>
    private ReadOnlyMemory<byte> WaitForRest()
    {
        lock (gate)
        {
            while (rest.IsEmpty && !isClosed)
            {
                Monitor.Wait(gate);
            }

            var bytes = rest;
            rest = default;
            return bytes;
        }
    }

    private void WriteBlocking(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                var slice = bytes[..Math.Min(bytes.Length, MaxBytesAtOnce)];
                output.Write(slice);
                Interlocked.Add(ref sent, slice.Length);
                bytes = bytes[slice.Length..];
            }

            output.Flush();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            Break(fault);
        }
    }

    /// <summary>The other side no longer reads: what is left is dropped.</summary>
    private void Break(Exception fault)
    {
        Fault ??= fault;
        broken.TrySetResult();
    }
}
