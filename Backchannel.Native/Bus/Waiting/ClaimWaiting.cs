using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Claims the best open task of some channels. If the caller asks for it, the claim waits for one.</summary>
internal sealed class ClaimWaiting(
    BusOptions options, BusDatabase database, Signals signals, ClaimQueue queue, ClaimNext rules, TimeProvider timeProvider)
{
    public async Task<ClaimEnd> ClaimAsync(ClaimNextOrder order, CancellationToken cancellationToken)
    {
        // A task that becomes open calls one who waits, and none that could not take it.
        var wait = options.LongPollEnabled && !order.OnlyRepeats && order.PostedBy.Count == 0 ? order.Wait : TimeSpan.Zero;
        using var waiter = wait > TimeSpan.Zero ? signals.Join(Change.OfWaitingClaims, order.Key.KeyId) : null;
        if (waiter is null)
        {
            var only = new ClaimRun(database, queue, rules, order, mayWait: false, cancellationToken);
            return new(await only.FirstAsync(), only.Acknowledged);
        }

        // Completes when the bus stops: nothing else gives this signal.
        var stop = waiter.Next;
        using var deadline = new CancellationTokenSource(wait < options.LongPollMaxWait ? wait : options.LongPollMaxWait, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var run = new ClaimRun(database, queue, rules, order, mayWait: true, cancellationToken);
        var claim = run.FirstAsync();
        Task claimedOrStopped = Task.WhenAny(claim, stop);
        await claimedOrStopped.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!claim.IsCompleted)
        {
            run.End();
        }

        try
        {
            return new(await claim, run.Acknowledged);
        }
        catch (ApiException) when (run.Acknowledged is not null)
        {
            // A channel was deleted, say, while the claim waited. A refusal would say that nothing was kept; the next request learns of it.
            return new(null, run.Acknowledged);
        }
    }

    /// <summary>Undoes a claim whose answer did not reach the caller: the next one gets the task at once. See <see cref="ClaimNext.TakeBack"/>.</summary>
    public Task TakeBackAsync(NextTask task) => database.Writes.RunAsync(context =>
    {
        ClaimNext.TakeBack(context, task);
        return true;
    });
}

/// <summary>What a claim ended with.</summary>
/// <param name="Task">Null when there was none in the whole time, or the bus stops.</param>
/// <param name="Acknowledged">What became of <see cref="ClaimNextOrder.Before"/>.</param>
internal sealed record ClaimEnd(NextTask? Task, ClaimOutcome? Acknowledged);
