using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Runs a batch of writes in one transaction and answers each of them after its commit.</summary>
/// <remarks>
/// A write that refuses must have written nothing. If it has written something, or anything else fails, the transaction is undone and each
/// of its writes runs again alone: no write fails because of another.
/// </remarks>
/// <param name="storage">The only session that writes.</param>
/// <param name="announce">Told what was changed, after the commit.</param>
internal sealed class WriteTransaction(
    StorageSession storage, IEngine engine, StorageState state, WriteClock clock, StallWatch stalls, Action<Change> announce)
{
    /// <summary>How long leases last at least after a start of the bus, and after a time in which it could not write.</summary>
    private const long LeaseAfterOutage = 60 * Instant.PerSecond;

    private readonly PostAllowances allowances = new();

    /// <summary>Whether holders could not renew their leases until now.</summary>
    private bool wasOut = true;

    /// <summary>What the committed writes did to tasks.</summary>
    public EventCounts Events { get; } = new();

    public void Run(List<PendingWrite> batch)
    {
        if (TryCommit(batch) is not { } reason)
        {
            return;
        }

        if (batch is [var only])
        {
            only.Fail(reason);
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
        var start = stalls.Now;
        try
        {
            state.ThrowIfUnusable();
            storage.Connection.Begin();
            var unchanged = storage.Connection.TotalChanges;
            if (clock.Read() is not 0 and var step)
            {
                storage.Claims.ShiftLeases(step);
                storage.Tasks.ShiftDelays(step);
            }

            wasOut |= stalls.TakeStall();
            if (wasOut)
            {
                storage.Claims.LengthenLeases(clock.Now + LeaseAfterOutage);
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

            // Checked before the commit, so that a write told as failed is not kept; and after it, so that a write told as done lies at the path.
            var isWritten = storage.Connection.TotalChanges != unchanged;
            if (isWritten)
            {
                engine.RequireInPlace();
            }

            storage.Connection.Commit();
            clock.Settle();
            wasOut = stalls.Took(start);
            if (isWritten)
            {
                engine.RequireInPlace();
            }
        }
        // Catches everything: a failed write is reported to its own caller and must not stop the queue.
        catch (Exception failure)
        {
            Rollback();
            allowances.Forget();
            wasOut |= failure is StorageException;
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

            foreach (var name in contexts[i].Events)
            {
                Events.Add(name);
            }

            batch[i].Complete();
            foreach (var change in contexts[i].Changes)
            {
                announce(change);
            }

            foreach (var channel in contexts[i].Openings)
            {
                announce(Change.OfWork(channel));
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
