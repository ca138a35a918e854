using System.Buffers;

namespace Backchannel.Native.JsonRpc;

/// <summary>Messages on their way to the output, in the order in which they were written to <see cref="Waiting"/>.</summary>
/// <remarks>
/// The thread that made a message also writes it, as far as the output takes it at once. What the output does not take, because the other side
/// does not read, is left to a thread of the queue, so that the read loop goes on handling messages. Only one thread writes at a time, and it
/// holds no lock while it does.
/// </remarks>
/// <param name="output">One that is no <see cref="INonBlockingOutput"/> is written to by the queue's thread alone.</param>
internal sealed class OutputQueue(Stream output)
{
    /// <summary>Bytes that may wait for a client that does not read, before the read loop stops taking requests.</summary>
    public const int HighWaterMark = 1 << 20;

    /// <summary>Bytes of one blocking write: few, so that <see cref="Sent"/> shows whether the client reads at all.</summary>
    private const int MaxBytesAtOnce = 4096;

    /// <summary>A buffer that grew beyond this is not kept.</summary>
    private const int KeptBuffer = 1 << 18;

    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly INonBlockingOutput? nonBlocking = output as INonBlockingOutput;
    private ArrayBufferWriter<byte> waiting = new(4096);
    private ArrayBufferWriter<byte> leaving = new(4096);
    private TaskCompletionSource? idle;
    private Thread? blockedWriter;
    private int written;
    private bool isSending;
    private bool isHandedOver;
    private bool isReadLoopWaiting;
    private bool isClosed;
    private long taken;
    private long sent;

    /// <summary>The lock on <see cref="Waiting"/>: a writer holds it until its message is complete.</summary>
    public object Gate { get; } = new();

    /// <summary>What the next <see cref="Send"/> writes.</summary>
    public IBufferWriter<byte> Waiting => waiting;

    /// <summary>Bytes that the stream has taken so far.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Ends when the stream can no longer be written to.</summary>
    public Task Broken => broken.Task;

    /// <summary>Why it cannot; set before <see cref="Broken"/> ends.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Writes what is in <see cref="Waiting"/>, or leaves it to the queue's thread. Never waits for the other side to read.</summary>
    public void Send()
    {
        while (TakeWaiting())
        {
            if (!TryWriteAtOnce())
            {
                HandOver();
                return;
            }

            MarkSent();
        }
    }

    /// <summary>Blocks while too much waits for the other side to read.</summary>
    public void WaitForRoom()
    {
        lock (Gate)
        {
            while (waiting.WrittenCount > HighWaterMark && CanStillLeave)
            {
                AwaitProgress();
            }
        }
    }

    /// <summary>Blocks until everything written so far has left, or nothing more can leave.</summary>
    public void WaitUntilSent()
    {
        lock (Gate)
        {
            var end = taken + waiting.WrittenCount;
            while (Sent < end && CanStillLeave)
            {
                AwaitProgress();
            }
        }
    }

    /// <summary>Ends when everything written so far has left.</summary>
    public Task WhenIdleAsync()
    {
        lock (Gate)
        {
            if (!isSending && waiting.WrittenCount == 0)
            {
                return Task.CompletedTask;
            }

            idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }

    /// <summary>Drops what is still in <see cref="Waiting"/> and whatever is written from now on.</summary>
    public void Close()
    {
        lock (Gate)
        {
            isClosed = true;
            Monitor.PulseAll(Gate);
        }
    }

    private bool CanStillLeave => !isClosed && !broken.Task.IsCompleted;

    /// <summary>Blocks the read loop, which holds the gate, until the output has taken something or the queue is closed.</summary>
    private void AwaitProgress()
    {
        isReadLoopWaiting = true;
        Monitor.Wait(Gate);
        isReadLoopWaiting = false;
    }

    private bool TakeWaiting()
    {
        lock (Gate)
        {
            if (isSending || isClosed || waiting.WrittenCount == 0)
            {
                return false;
            }

            isSending = true;
            (waiting, leaving) = (leaving, waiting);
            taken += leaving.WrittenCount;
            return true;
        }
    }

    /// <summary>Whether nothing is left to write: the output took all of it, or is broken.</summary>
    private bool TryWriteAtOnce()
    {
        try
        {
            written = nonBlocking?.WriteAvailable(leaving.WrittenSpan) ?? 0;
            Interlocked.Add(ref sent, written);
            return written == leaving.WrittenCount;
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            Break(fault);
            return true;
        }
    }

    private void HandOver()
    {
        lock (Gate)
        {
            isHandedOver = true;
            if (blockedWriter is null)
            {
                // A blocked write cannot be cancelled, so it must not hold up the end of the process.
                blockedWriter = new Thread(WriteWhatIsBlocked) { IsBackground = true, Name = "JSON-RPC output" };
                blockedWriter.UnsafeStart();
            }
            else
            {
                Monitor.PulseAll(Gate);
            }
        }
    }

    private void WriteWhatIsBlocked()
    {
        while (WaitForHandOver())
        {
            WriteRest();
            MarkSent();
            Send();
        }
    }

    /// <summary>False when the queue was closed; a message that was begun before is still completed.</summary>
    private bool WaitForHandOver()
    {
        lock (Gate)
        {
            while (!isHandedOver && !isClosed)
            {
                Monitor.Wait(Gate);
            }

            var isWanted = isHandedOver;
            isHandedOver = false;
            return isWanted;
        }
    }

    private void WriteRest()
    {
        try
        {
            for (var left = leaving.WrittenSpan[written..]; !left.IsEmpty;)
            {
                var slice = left[..Math.Min(left.Length, MaxBytesAtOnce)];
                output.Write(slice);
                Interlocked.Add(ref sent, slice.Length);
                left = left[slice.Length..];
            }

            output.Flush();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            Break(fault);
        }
    }

    /// <summary>The other side no longer reads: the connection ends, and what is left is dropped.</summary>
    private void Break(Exception fault)
    {
        Fault ??= fault;
        broken.TrySetResult();
    }

    private void MarkSent()
    {
        lock (Gate)
        {
            isSending = false;
            leaving.ResetWrittenCount();
            if (leaving.Capacity > KeptBuffer)
            {
                leaving = new(4096);
            }

            if (waiting.WrittenCount == 0)
            {
                idle?.TrySetResult();
                idle = null;
            }

            if (isReadLoopWaiting)
            {
                Monitor.PulseAll(Gate);
            }
        }
    }
}
