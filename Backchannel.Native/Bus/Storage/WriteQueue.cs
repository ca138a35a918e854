using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Runs all writes one after the other, and commits those that wait together in one transaction.</summary>
/// <remarks>
/// One sync of the disk then pays for all of them. A write is answered when it is on the disk.
/// <para>
/// A write that comes alone runs on its caller's thread, which saves two thread switches. The disk holds up at most one caller in this way:
/// writes that arrive meanwhile wait in the queue, and the queue's own thread runs them next. While they arrive in numbers, or the disk is
/// slow, that thread runs all of them.
/// </para>
/// </remarks>
internal sealed class WriteQueue : IDisposable
{
    private const int LargestBatch = 512;
    private const int MostYields = 8;

    /// <summary>A longer transaction is slow. The next write then goes to the queue's thread: its caller may be a thread that serves many connections.</summary>
    private static readonly TimeSpan SlowTransaction = TimeSpan.FromMilliseconds(5);

    private readonly WriteTransaction transaction;
    private readonly WriteClock clock;
    private readonly Lock gate = new();
    private readonly AutoResetEvent threadsTurn = new(false);
    private readonly Thread thread;
    private List<PendingWrite> waiting = [];
    private Writer writer = Writer.None;
    private long count;
    private int lastTaken;
    private bool isSlow;
    private bool stopping;

    public WriteQueue(StorageSession storage, IEngine engine, StorageState state, WriteClock clock, StallWatch stalls, Action<Change> announce)
    {
        transaction = new WriteTransaction(storage, engine, state, clock, stalls, announce);
        this.clock = clock;
        thread = new Thread(RunWaiting) { IsBackground = true, Name = "bus writer" };
        thread.Start();
    }

    /// <summary>Who may use the session that writes; changes under the gate only.</summary>
    private enum Writer
    {
        None,
        Caller,
        Thread,
    }

    /// <summary>How many writes have been handed in.</summary>
    public long Count
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    /// <summary>What the writes did to tasks, since the start.</summary>
    public EventCounts Events => transaction.Events;

    /// <summary>Whether the machine's clock was set and nothing has been written since; the next write puts the leases right.</summary>
    public bool ClockWasSet => clock.WasSet;

    /// <summary>Runs a write, on the calling thread if it comes alone.</summary>
    /// <returns>Its result, once it is on the disk.</returns>
    /// <exception cref="RefusedWriteException">The write refused.</exception>
    /// <exception cref="UnusableDatabaseException">The database cannot be relied on any more; nothing was kept.</exception>
    /// <exception cref="StorageException">The database refused; nothing was kept.</exception>
    public Task<T> RunAsync<T>(Func<WriteContext, T> work)
    {
        var write = new PendingWrite<T>(work);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            count++;
            if (writer == Writer.None && lastTaken <= 1 && !isSlow)
            {
                writer = Writer.Caller;
            }
            else
            {
                waiting.Add(write);
                if (writer == Writer.None)
                {
                    writer = Writer.Thread;
                    threadsTurn.Set();
                }

                return write.Task;
            }
        }

        try
        {
            Run([write]);
        }
        finally
        {
            PassOn();
        }

        return write.Task;
    }

    /// <summary>Finishes what has been handed in, then stops.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopping)
            {
                return;
            }

            stopping = true;
            if (writer == Writer.None)
            {
                writer = Writer.Thread;
                threadsTurn.Set();
            }
        }

        thread.Join();
        threadsTurn.Dispose();
    }

    /// <summary>For who may use the session that writes. The next one learns under the gate how long it took.</summary>
    private void Run(List<PendingWrite> batch)
    {
        var start = clock.Uptime;
        transaction.Run(batch);
        isSlow = clock.Uptime - start > SlowTransaction;
    }

    /// <summary>Ends the turn of a caller. If writes wait, the queue's thread runs them, so that no caller runs the writes of others.</summary>
    private void PassOn()
    {
        lock (gate)
        {
            if (waiting.Count == 0 && !stopping)
            {
                writer = Writer.None;
                return;
            }

            writer = Writer.Thread;
        }

        threadsTurn.Set();
    }

    private void RunWaiting()
    {
        bool ends;
        do
        {
            threadsTurn.WaitOne();
            while (TakeWaiting(out ends) is { Count: > 0 } writes)
            {
                for (var start = 0; start < writes.Count; start += LargestBatch)
                {
                    Run(writes.GetRange(start, Math.Min(LargestBatch, writes.Count - start)));
                }
            }
        }
        while (!ends);
    }

    /// <returns>All writes that wait; when there are none, the thread's turn is over.</returns>
    /// <param name="ends">Whether no more writes will come.</param>
    private List<PendingWrite> TakeWaiting(out bool ends)
    {
        Gather();
        lock (gate)
        {
            var writes = waiting;
            ends = stopping;
            if (writes.Count == 0)
            {
                writer = Writer.None;
            }
            else
            {
                waiting = [];
                lastTaken = writes.Count;
            }

            return writes;
        }
    }

    /// <summary>While several callers write, lets those that are about to hand in a write do so first: a transaction costs the same for one and for many.</summary>
    private void Gather()
    {
        for (var yields = 0; yields < MostYields && lastTaken > 1 && CountWaiting() < 2 * lastTaken; yields++)
        {
            Thread.Yield();
        }
    }

    private int CountWaiting()
    {
        lock (gate)
        {
            return waiting.Count;
        }
    }
}
