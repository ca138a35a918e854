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

    private long turnsAfterOthers;

    /// <summary>What the committed writes did to tasks.</summary>
    public TaskMeasures Measures { get; } = new();

    /// <summary>How many transactions followed one of another process.</summary>
    public long TurnsAfterOthers => Interlocked.Read(ref turnsAfterOthers);

    /// <param name="take">Gives the writes of the batch. Called when the transaction has begun: what arrives while another process writes rides along.</param>
    public void Run(Func<List<PendingWrite>> take)
    {
        List<PendingWrite>? batch = null;
        if (TryCommit(() => batch ??= take()) is not { } reason)
        {
            return;
        }

        batch ??= take();
        if (batch is [var only] && reason is not RunAgainException)
        {
            only.Fail(reason);
            return;
        }

        foreach (var write in batch)
        {
            // Not tried again: the database is lost, or the write may have been kept.
            if (IsLost(reason))
            {
                write.Fail(reason);
            }
            else if (TryAlone(write) is { } failure)
            {
                write.Fail(failure);
                reason = failure is StorageException { IsUndecided: true } ? new StorageException(StorageFailure.Unavailable, failure.Message) : failure;
            }
        }
    }

    private static bool IsLost(Exception reason) => reason is StorageException { IsUnavailable: true } or StorageException { IsUndecided: true };

    private Exception? TryAlone(PendingWrite write)
    {
        var failure = TryCommit(() => [write]);
        return failure is RunAgainException ? TryCommit(() => [write]) : failure;
    }

    /// <returns>Null when everything was answered; otherwise why nothing was kept, and nothing has been answered.</returns>
    private Exception? TryCommit(Func<List<PendingWrite>> take)
    {
        List<PendingWrite> batch;
        Exception?[] refusals;
        WriteContext[] contexts;
        var start = stalls.Now;
        try
        {
            state.ThrowIfUnusable();
            var turn = engine.Begin();
            batch = take();
            refusals = new Exception?[batch.Count];
            contexts = new WriteContext[batch.Count];
            var unchanged = storage.Connection.Writes;
            Prepare(turn);
            if (engine.Rehearsal is { } rehearsal)
            {
                Rehearse(rehearsal, batch);
            }

            for (var i = 0; i < batch.Count; i++)
            {
                var before = storage.Connection.Writes;
                contexts[i] = new WriteContext(storage, clock, allowances);
                try
                {
                    batch[i].Execute(contexts[i]);
                }
                catch (RefusedWriteException refusal) when (storage.Connection.Writes == before)
                {
                    refusals[i] = refusal;
                    contexts[i] = new WriteContext(storage, clock, allowances);
                }
            }

            // Checked before the commit, so that a write told as failed is not kept; and after it, so that a write told as done lies at the path.
            var isWritten = storage.Connection.Writes != unchanged;
            if (isWritten)
            {
                engine.RequireInPlace();
            }

            engine.Commit(clock.Last, contexts.SelectMany(ChangesOf));
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
            engine.Rollback();
            allowances.Forget();
            wasOut |= failure is StorageException;
            state.Notice(failure);
            return failure;
        }

        Answer(batch, contexts, refusals);
        return null;
    }

    /// <summary>Puts right what time and other processes have done since the last transaction.</summary>
    private void Prepare(WriterTurn turn)
    {
        clock.Last = Math.Max(clock.Last, turn.LastTime);
        if (turn.OthersWrote)
        {
            Interlocked.Increment(ref turnsAfterOthers);
            allowances.Forget();
        }

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
    }

    private void Rehearse(IRehearsal rehearsal, List<PendingWrite> batch) => rehearsal.Rehearse(() =>
    {
        var last = clock.Last;
        var scratch = allowances.Copy();
        foreach (var write in batch)
        {
            try
            {
                write.Execute(new WriteContext(storage, clock, scratch));
            }
            // Catches everything: the work may have failed because of a guess. The real run reports real failures.
            catch (Exception)
            {
            }
        }

        clock.Last = last;
    });

    private static IEnumerable<Change> ChangesOf(WriteContext context) => context.Changes.Concat(context.Openings.Select(Change.OfWork));

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

            foreach (var count in contexts[i].Measured)
            {
                count(Measures);
            }

            batch[i].Complete();
            foreach (var change in ChangesOf(contexts[i]))
            {
                announce(change);
            }
        }
    }
}
