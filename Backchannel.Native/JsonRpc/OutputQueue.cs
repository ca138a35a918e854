using System.Buffers;

namespace Backchannel.Native.JsonRpc;

/// <summary>Bytes on their way out. Nobody holds the lock while they leave: whoever finds the stream idle carries all that waits.</summary>
internal sealed class OutputQueue(Stream output)
{
    /// <summary>Bytes that may wait for a peer who does not read, before the read loop stops taking requests.</summary>
    private const int HighWaterMark = 1 << 20;

    /// <summary>Bytes of one write: so small that it shows whether the peer reads at all.</summary>
    private const int MaxBytesAtOnce = 4096;

    /// <summary>A buffer that grew beyond this is not kept.</summary>
    private const int KeptBuffer = 1 << 18;

    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> waiting = new(4096);
    private ArrayBufferWriter<byte> leaving = new(4096);
    private TaskCompletionSource? idle;
    private bool isSending;
    private bool isClosed;
    private long sent;

    /// <summary>To be held by whoever writes to <see cref="Waiting"/>, for as long as its bytes belong together.</summary>
    public object Gate { get; } = new();

    /// <summary>What <see cref="Send"/> will carry out.</summary>
    public IBufferWriter<byte> Waiting => waiting;

    /// <summary>Bytes that the stream has taken so far.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Ends when the stream can no longer be written to.</summary>
    public Task Broken => broken.Task;

    /// <summary>Why it cannot; set before <see cref="Broken"/> ends.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Carries out what waits, unless somebody is doing so already, who then carries this too.</summary>
    public void Send()
    {
        while (TakeWaiting())
        {
            try
            {
                for (var left = leaving.WrittenSpan; !left.IsEmpty;)
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
                // Nobody reads any more; the connection ends, and what is left has no addressee.
                Fault ??= fault;
                broken.TrySetResult();
            }

            MarkSent();
        }
    }

    /// <summary>Blocks while the other side leaves too much unread.</summary>
    public void WaitForRoom()
    {
        lock (Gate)
        {
            while (waiting.WrittenCount > HighWaterMark && !isClosed && !broken.Task.IsCompleted)
            {
                Monitor.Wait(Gate);
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

    /// <summary>Drops whatever is written from now on.</summary>
    public void Close()
    {
        lock (Gate)
        {
            isClosed = true;
            Monitor.PulseAll(Gate);
        }
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
            return true;
        }
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

            Monitor.PulseAll(Gate);
        }
    }
}
