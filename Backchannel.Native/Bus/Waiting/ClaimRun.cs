using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>One request for a task: its first claim, and one more each time that it is called.</summary>
/// <param name="mayWait">Whether it waits in the queue when it finds nothing.</param>
/// <param name="disconnected">Fires when the client is gone: it gets no task any more.</param>
internal sealed class ClaimRun(
    BusDatabase database, ClaimQueue queue, ClaimNext rules, ClaimNextOrder order, bool mayWait, CancellationToken disconnected)
{
    private readonly Lock gate = new();
    // What continues with the outcome runs on the thread that ends the claim: it holds no lock then, and is not the writer's.
    private readonly TaskCompletionSource<NextTask?> outcome = new();
    private IReadOnlyList<ChannelRecord>? channels;
    private ClaimPlace? place;
    private bool hasEnded;

    /// <summary>What became of the ack that came with the request; null: none came, or it was not run.</summary>
    public ClaimOutcome? Acknowledged { get; private set; }

    /// <summary>What a claim ended with.</summary>
    private enum Ending
    {
        Nothing,
        Task,
        Disconnected,
    }

    /// <summary>Claims, and if it may, waits.</summary>
    /// <returns>Null when there was nothing; for one that waits, only after <see cref="End"/>.</returns>
    public Task<NextTask?> FirstAsync()
    {
        _ = ClaimAsync(calledFor: null, isFirst: true);
        return outcome.Task;
    }

    /// <summary>Ends the waiting. A claim that is under way is finished.</summary>
    public void End()
    {
        lock (gate)
        {
            hasEnded = true;
        }

        if (Leave(keepsPlace: true))
        {
            outcome.TrySetResult(null);
        }
    }

    private void Call(long? channel) => _ = ClaimAsync(channel, isFirst: false);

    /// <param name="calledFor">The channel on which a task became open; null: none.</param>
    private async Task ClaimAsync(long? calledFor, bool isFirst)
    {
        var isInLine = false;
        try
        {
            var (ending, task) = await database.Writes.RunAsync(context => Claim(context, isFirst, () => isInLine = true));
            if (ending == Ending.Disconnected || (task is not null && (task.IsRepeated || task.Message.Channel != calledFor)))
            {
                PassOn(calledFor);
            }

            if (ending == Ending.Nothing && isInLine)
            {
                EndIfAsked();
                return;
            }

            Leave(keepsPlace: task is null);
            outcome.TrySetResult(task);
        }
        // Catches everything: the fault is that of this request, and whoever waits next gets its turn.
        catch (Exception fault)
        {
            PassOn(calledFor);
            Leave(keepsPlace: false);
            outcome.TrySetException(fault);
        }
    }

    /// <param name="linedUp">Called when this request waits in the line.</param>
    private (Ending Ending, NextTask? Task) Claim(WriteContext context, bool isFirst, Action linedUp)
    {
        if (disconnected.IsCancellationRequested || place is { IsOver: true })
        {
            return (Ending.Disconnected, null);
        }

        if (isFirst && !order.OnlyRepeats && rules.Acknowledge(context, order) is { } acknowledged)
        {
            context.AfterCommit(() => Acknowledged = acknowledged);
        }

        // At every try: another request with the same key may have got a task while this one waited.
        if (ClaimNext.FindRepeated(context, order) is { } repeated)
        {
            return (Ending.Task, repeated);
        }

        if (order.OnlyRepeats)
        {
            if (order.Digest is { } looked)
            {
                context.AfterCommit(() => queue.EndRepeats(looked));
            }

            return (Ending.Nothing, null);
        }

        var named = channels is null ? ClaimNext.Resolve(context.Storage, order) : ClaimNext.LookAgain(context.Storage, order, channels);

        long[] numbers = [.. named.Select(static channel => channel.Number).Order()];
        var mark = queue.Mark(numbers);

        // Not before the commit: a run that is undone, or a rehearsal, may have seen other channels.
        context.AfterCommit(() => channels = named);
        if (rules.TryTake(context, order, named, hasWaited: !isFirst) is { } task)
        {
            if (order.Digest is { } digest)
            {
                context.AfterCommit(() => queue.CallRepeats(task.Message.Channel, digest));
            }

            return (Ending.Task, task);
        }

        if (mayWait)
        {
            var actor = order.Fields.Actor ?? order.Key.OwnerId;
            context.AfterCommit(() =>
            {
                if (LineUp(actor, numbers))
                {
                    linedUp();
                }

                // A task that another process opened meanwhile has called those who stood in the line then.
                if (queue.Mark(numbers) != mark)
                {
                    Array.ForEach(numbers, queue.CallNext);
                }
            });
        }

        return (Ending.Nothing, null);
    }

    /// <summary>Runs right after the commit that found nothing, so that a task which opens later calls this request.</summary>
    /// <returns>False: its waiting has ended.</returns>
    private bool LineUp(string actor, IReadOnlyList<long> numbers)
    {
        ClaimPlace own;
        lock (gate)
        {
            own = place ??= queue.Enter((order.Key.KeyId, order.Session), actor, numbers, order.Digest);
        }

        return queue.LineUp(own, Call);
    }

    /// <summary>The end of the waiting may have been asked for before there was a place.</summary>
    private void EndIfAsked()
    {
        bool ends;
        lock (gate)
        {
            ends = hasEnded;
        }

        if (ends && Leave(keepsPlace: true))
        {
            outcome.TrySetResult(null);
        }
    }

    /// <returns>Whether it stood in the line; if not, a claim of it is under way, or none has lined up yet.</returns>
    private bool Leave(bool keepsPlace)
    {
        ClaimPlace? own;
        lock (gate)
        {
            own = place;
        }

        return own is not null && queue.Leave(own, keepsPlace);
    }

    /// <summary>On another thread: where many wait and each one's claim fails at once, calls must not nest.</summary>
    private void PassOn(long? channel)
    {
        if (channel is { } number)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Queue.CallNext(call.Number), (Queue: queue, Number: number), preferLocal: false);
        }
    }
}
