using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The only writer: takes all waiting writes into one transaction and answers them after its commit.</summary>
/// <remarks>
/// One sync of the disk then pays for all of them. A write that is refused has to have written nothing; where it has, or where
/// anything else fails, the transaction is undone and its writes are run again one by one, so that no write suffers for another.
/// </remarks>
internal sealed class WriteQueue : IDisposable
{
    private const int LargestBatch = 512;

    private readonly StorageSession storage;
    private readonly IEngine engine;
    private readonly StorageState state;
    private readonly WriteClock clock;
    private readonly Action<Change> announce;
    private readonly PostAllowances allowances = new();
    private readonly Lock gate = new();
    private readonly AutoResetEvent arrived = new(false);
    private readonly Thread thread;
    private List<PendingWrite> waiting = [];
    private long count;
    private bool stopping;

    public WriteQueue(StorageSession storage, IEngine engine, StorageState state, WriteClock clock, Action<Change> announce)
    {
        this.storage = storage;
        this.engine = engine;
        this.state = state;
        this.clock = clock;
        this.announce = announce;
        thread = new Thread(Run) { IsBackground = true, Name = "bus writer" };
        thread.Start();
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

    /// <summary>Whether the machine's clock was set and nothing has been written since; the next write puts the leases right.</summary>
    public bool ClockWasSet => clock.WasSet;

    /// <summary>Runs a write on the writer's thread.</summary>
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
            waiting.Add(write);
            count++;
        }

        arrived.Set();
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
        }

        arrived.Set();
        thread.Join();
        arrived.Dispose();
    }

    private void Run()
    {
        var batch = new List<PendingWrite>();
        while (true)
        {
            bool last;
            lock (gate)
            {
                (batch, waiting) = (waiting, batch);
                last = stopping;
            }

            if (batch.Count == 0)
            {
                if (last)
                {
                    return;
                }

                arrived.WaitOne();
                continue;
            }

            for (var start = 0; start < batch.Count; start += LargestBatch)
            {
                Commit(batch.GetRange(start, Math.Min(LargestBatch, batch.Count - start)));
            }

            batch.Clear();
        }
    }

    private void Commit(List<PendingWrite> batch)
    {
        if (TryCommit(batch) is null)
        {
            return;
        }

        foreach (var write in batch)
        {
            if (TryCommit([write]) is { } failure)
            {
                write.Fail(failure);
            }
        }
    }

    /// <returns>Null when everything was answered; otherwise why nothing was kept, and nothing has been answered.</returns>
    private Exception? TryCommit(List<PendingWrite> batch)
    {
        var refusals = new Exception?[batch.Count];
        var contexts = new WriteContext[batch.Count];
        try
        {
            state.ThrowIfUnusable();
            storage.Connection.Begin();
            var unchanged = storage.Connection.TotalChanges;
            if (clock.Read() is not 0 and var step)
            {
                storage.Claims.ShiftLeases(step);
            }

            for (var i = 0; i < batch.Count; i++)
            {
                var before = storage.Connection.TotalChanges;
                contexts[i] = new WriteContext(storage, clock, allowances);
                try
                {
                    batch[i].Execute(contexts[i]);
                }
                catch (RefusedWriteException refusal) when (storage.Connection.TotalChanges == before)
                {
                    refusals[i] = refusal;
                }
            }

            // Before the commit, so that what is refused is not kept; after it, so that what is answered lies at the path.
            var isWritten = storage.Connection.TotalChanges != unchanged;
            if (isWritten)
            {
                engine.RequireInPlace();
            }

            storage.Connection.Commit();
            clock.Settle();
            if (isWritten)
            {
                engine.RequireInPlace();
            }
        }
        // The boundary of a write: whatever went wrong in one of them is told to its own caller, never to the loop.
        catch (Exception failure)
        {
            Rollback();
            allowances.Forget();
            state.Notice(failure);
            return failure;
        }

        Answer(batch, contexts, refusals);
        return null;
    }

    private void Answer(List<PendingWrite> batch, WriteContext[] contexts, Exception?[] refusals)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (refusals[i] is { } refusal)
            {
                batch[i].Fail(refusal);
                continue;
            }

            foreach (var action in contexts[i].Deferred)
            {
                action();
            }

            batch[i].Complete();
            foreach (var change in contexts[i].Changes)
            {
                announce(change);
            }
        }
    }

    private void Rollback()
    {
        if (!storage.Connection.InTransaction)
        {
            return;
        }

        try
        {
            storage.Connection.Rollback();
        }
        catch (StorageException) when (!storage.Connection.InTransaction)
        {
            // SQLite undoes a transaction by itself when the disk fails.
        }
    }
}
