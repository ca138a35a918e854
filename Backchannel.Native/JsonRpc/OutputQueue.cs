using System.Buffers;

namespace Backchannel.Native.JsonRpc;

/// <summary>Messages on their way to the output, in the order in which they were written to <see cref="Waiting"/>.</summary>
/// <remarks>
/// The thread that made a message also writes it, as far as the output takes it at once. What the output does not take, because the other side
/// does not read, is left to the thread of <see cref="OutputWriter"/>, so that the read loop goes on handling messages. Only one thread writes at
/// a time, and it holds no lock while it does.
/// </remarks>
internal sealed class OutputQueue
{
    /// <summary>Bytes that may wait for a client that does not read, before the read loop stops taking requests.</summary>
    public const int HighWaterMark = 1 << 20;

    /// <summary>A buffer that grew beyond this is not kept.</summary>
    private const int KeptBuffer = 1 << 18;

    private readonly OutputWriter writer;
    private ArrayBufferWriter<byte> waiting = new(4096);
    private ArrayBufferWriter<byte> leaving = new(4096);
    private TaskCompletionSource? idle;
    private bool isSending;
    private bool isReadLoopWaiting;
    private bool isClosed;
    private long taken;

    public OutputQueue(Stream output) => writer = new(output, GoOn);

    /// <summary>The lock on <see cref="Waiting"/>: a writer holds it until its message is complete.</summary>
    public object Gate { get; } = new();

    /// <summary>What the next <see cref="Send"/> writes.</summary>
    public IBufferWriter<byte> Waiting => waiting;

    /// <summary>Bytes that the stream has taken so far.</summary>
    public long Sent => writer.Sent;

    /// <summary>Ends when the stream can no longer be written to.</summary>
    public Task Broken => writer.Broken;

    /// <summary>Why it cannot; set before <see cref="Broken"/> ends.</summary>
    public Exception? Fault => writer.Fault;

    /// <summary>Writes what is in <see cref="Waiting"/>, or leaves it to the writer's thread. Never waits for the other side to read.</summary>
    public void Send()
    {
        while (TakeWaiting() && writer.Write(leaving.WrittenMemory))
        {
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

        writer.Close();
    }

    private bool CanStillLeave => !isClosed && !Broken.IsCompleted;

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

    private void GoOn()
    {
        MarkSent();
        Send();
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
