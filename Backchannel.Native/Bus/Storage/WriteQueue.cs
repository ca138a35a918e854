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

    /// <summary>How long a write waits for its transaction, where another process or a network can hold that up. A little longer than a turn waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan LookForLateOnesEvery = TimeSpan.FromMilliseconds(500);

    private readonly WriteTransaction transaction;
    private readonly bool callersMayWrite;
    private readonly WriteClock clock;
    private readonly TimeProvider machine;
    private readonly Lock gate = new();
    private readonly AutoResetEvent threadsTurn = new(false);
    private readonly Thread thread;
    private readonly ITimer? impatience;
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
        machine = stalls.Machine;
        callersMayWrite = engine.WritesOnCallersThread;
        thread = new Thread(RunWaiting) { IsBackground = true, Name = "bus writer" };
        thread.Start();
        impatience = callersMayWrite ? null : machine.CreateTimer(_ => RefuseLateOnes(), null, LookForLateOnesEvery, LookForLateOnesEvery);
    }

    /// <summary>Who may use the session that writes; changes under the gate only.</summary>
    private enum Writer
    {
        None,
        Caller,
        Thread,
    }

    /// <summary>How many writes have been handed in.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>What the writes did to tasks, since the start.</summary>
    public TaskMeasures Measures => transaction.Measures;

    /// <inheritdoc cref="WriteTransaction.TurnsAfterOthers"/>
    public long TurnsAfterOthers => transaction.TurnsAfterOthers;

    /// <summary>Whether the machine's clock was set and nothing has been written since; the next write puts the leases right.</summary>
    public bool ClockWasSet => clock.WasSet;

    /// <summary>Runs a write, on the calling thread if it comes alone.</summary>
    /// <returns>Its result, once it is on the disk.</returns>
    /// <exception cref="RefusedWriteException">The write refused.</exception>
    /// <exception cref="UnusableDatabaseException">The database cannot be relied on any more; nothing was kept.</exception>
    /// <exception cref="StorageException">The database refused; nothing was kept.</exception>
    public Task<T> RunAsync<T>(Func<WriteContext, T> work)
    {
        var write = new PendingWrite<T>(work, machine.GetTimestamp());
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            Interlocked.Increment(ref count);
            if (callersMayWrite && writer == Writer.None && lastTaken <= 1 && !isSlow)
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
            Run(() => [write]);
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
        impatience?.Dispose();
        threadsTurn.Dispose();
    }

    /// <summary>Refuses the writes that have waited too long. None of them has begun.</summary>
    private void RefuseLateOnes()
    {
        List<PendingWrite> late;
        lock (gate)
        {
            late = [.. waiting.TakeWhile(write => machine.GetElapsedTime(write.Since) > Patience)];
            waiting.RemoveRange(0, late.Count);
        }

        foreach (var write in late)
        {
            write.Fail(new StorageException(StorageFailure.Unavailable, "the write has waited too long for its turn"));
        }
    }

    /// <summary>For who may use the session that writes. The next one learns under the gate how long it took.</summary>
    private void Run(Func<List<PendingWrite>> take)
    {
        var start = clock.Uptime;
        transaction.Run(take);
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
            while (HasWaiting(out ends))
            {
                Run(TakeWaiting);
            }
        }
        while (!ends);
    }

    /// <returns>Whether writes wait; when there are none, the thread's turn is over.</returns>
    /// <param name="ends">Whether no more writes will come.</param>
    private bool HasWaiting(out bool ends)
    {
        Gather();
        lock (gate)
        {
            ends = stopping;
            if (waiting.Count > 0)
            {
                return true;
            }

            writer = Writer.None;
            return false;
        }
    }

    /// <summary>The writes that wait, as far as one transaction takes them.</summary>
    private List<PendingWrite> TakeWaiting()
    {
        lock (gate)
        {
            lastTaken = waiting.Count;
            if (waiting.Count <= LargestBatch)
            {
                var all = waiting;
                waiting = [];
                return all;
            }

            var first = waiting.GetRange(0, LargestBatch);
            waiting.RemoveRange(0, LargestBatch);
            return first;
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
