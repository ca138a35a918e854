using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Makes sure that the worker still holds the task, right before it is reported as done.</summary>
/// <remarks>
/// Neither a renewal nor an ack that succeeds proves that on the reference bus. A task that this process does not hold is taken
/// over first where the bus can say whether its process is gone: so every ack names a lease, and a bus of an older release that
/// took this one's place refuses it rather than acknowledge what nobody claimed.
/// </remarks>
internal sealed class ClaimCheck(LeaseTaking taking, HeldLeases held, MessageFinder finder, DefaultActor defaultActor)
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(Limits.MinLeaseSeconds);

    /// <param name="actor">Id, alias or name; null: whoever claimed it here.</param>
    /// <param name="isPublished">Whether a result has been published already.</param>
    /// <returns>The holder; on a broadcast channel, which has no claims, the actor.</returns>
    /// <exception cref="ToolException">The task is open, held by another worker, or done.</exception>
    public Task<Worker> ConfirmAsync(
        BackchannelClient bus, string messageId, string? actor, bool isPublished, CancellationToken cancellationToken) =>
        held.Find(messageId) is { } lease
            ? ConfirmHeldAsync(bus, lease, isPublished, cancellationToken)
            : ConfirmOtherAsync(bus, messageId, actor ?? defaultActor.Name, cancellationToken);

    private async Task<Worker> ConfirmHeldAsync(
        BackchannelClient bus, HeldLease lease, bool isPublished, CancellationToken cancellationToken)
    {
        if (lease.End is { } known)
        {
            throw Ended(lease, known);
        }

        var message = await finder.FindAsync(bus, lease.ChannelId, lease.MessageId, cancellationToken);
        if (message is null)
        {
            held.Forget(lease.MessageId);
            throw new ToolException($"Task {lease.MessageId} has expired or was withdrawn.\nStop working on it: nobody waits for it any more.");
        }

        var isOurs = lease.IsShownBy(message) && !lease.IsLost;
        if (isOurs)
        {
            return new(lease);
        }

        if (message.AcknowledgedBy.Any(ack => ack.Id == lease.Actor.Id))
        {
            return new(lease.Actor) { Session = lease.Session };
        }

        if (message is { ClaimedBy: null, AcknowledgedBy: [] } && await EndOfAsync(bus, lease.MessageId, cancellationToken) is { } ended)
        {
            throw Ended(lease, ended);
        }

        // The lease has ended, but the task may still be free: then it is claimed again.
        if (message.AcknowledgedBy.Count == 0
            && (message.ClaimedBy is null || lease.IsShownBy(message))
            && await taking.TakeAsync(bus, lease.MessageId, lease.Actor.Id, lease.Length, cancellationToken) is { } again)
        {
            return new(again);
        }

        held.Forget(lease.MessageId);
        var lost = $"Your claim on task {lease.MessageId} was lost: ";
        var end = $"{(isPublished ? "your result does not count" : "nothing was published")}. Call claim_task for the next one.";
        if (message.AcknowledgedBy is [var first, ..])
        {
            throw new ToolException(
                $"{lost}{ShownText.Name(message.ClaimedBy?.Name ?? first.Name)} holds it now and has reported it as done at {first.OccurredAt}.\n"
                + $"Stop working on it; {end} That first result stands.");
        }

        var holder = message.ClaimedBy is { } other && !lease.IsShownBy(message) ? ShownText.Name(other.Name) : "another worker";
        throw new ToolException($"{lost}{holder} holds it now.\nStop working on it; {end}");
    }

    private ToolException Ended(HeldLease lease, TaskEnd end)
    {
        held.Forget(lease.MessageId);
        return new(TaskEnding.Ended(lease.MessageId, end, EndingKind.Ack));
    }

    /// <returns>Null: it has neither failed nor been cancelled, or the bus knows no such thing.</returns>
    private static async Task<TaskEnd?> EndOfAsync(BackchannelClient bus, string messageId, CancellationToken cancellationToken)
    {
        var state = await bus.Connection.Additions.UseAsync(
            Additions.TaskLife, () => bus.GetMessageAsync(messageId, after: null, TimeSpan.Zero, cancellationToken), cancellationToken);
        return TaskEnd.Of(state?.Task);
    }

    /// <summary>A task claimed by another process, or by none.</summary>
    private async Task<Worker> ConfirmOtherAsync(
        BackchannelClient bus, string messageId, string actor, CancellationToken cancellationToken)
    {
        try
        {
            if (await taking.SessionAsync(bus, cancellationToken) is { } session)
            {
                return await TakeOverAsync(bus, messageId, actor, session, cancellationToken);
            }
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.NotFound)
        {
            // Another bus has taken its place, which knows no sessions.
            bus.Connection.Additions.Forget();
        }

        return await ConfirmByActorAsync(bus, messageId, actor, cancellationToken);
    }

    private async Task<Worker> TakeOverAsync(
        BackchannelClient bus, string messageId, string actor, WorkerSession session, CancellationToken cancellationToken)
    {
        try
        {
            return new(await taking.TakeOverAsync(bus, messageId, actor, ShortLease, cancellationToken));
        }
        catch (BackchannelException exception) when (exception.Code is ErrorCodes.ChannelNotClaimable or ErrorCodes.AlreadyAcknowledged)
        {
            // An ack changes nothing there: the bus says whether it repeats the first one.
            return new(actor) { Session = session };
        }
        catch (BackchannelException refusal) when (TaskEnd.Of(refusal) is { } end)
        {
            // The refusal of a claim tells the state alone.
            throw TaskEnding.Ended(refusal, messageId, await EndOfAsync(bus, messageId, cancellationToken) ?? end, EndingKind.Ack);
        }
    }

    /// <summary>For a bus without sessions: a claim by the holder changes nothing, and a claim by any other actor is refused.</summary>
    private async Task<Worker> ConfirmByActorAsync(
        BackchannelClient bus, string messageId, string actor, CancellationToken cancellationToken)
    {
        try
        {
            var before = await LookAsync(bus, messageId, cancellationToken);
            if (before is { ClaimedBy: null, AcknowledgedBy: [] })
            {
                throw new ToolException(TaskEnding.Open(messageId, EndingKind.Ack));
            }

            if (before is not { AcknowledgedBy.Count: > 0 }
                && await taking.TakeAsync(bus, messageId, actor, ShortLease, cancellationToken) is { } taken)
            {
                // If the bus showed a holder, its lease has run out. If the bus cannot show one, the task may never have been claimed.
                return before is not null ? new(taken) : throw await GivenBackAsync(bus, taken, cancellationToken);
            }

            if (before is { AcknowledgedBy: [var first, ..] })
            {
                return new(before.AcknowledgedBy.FirstOrDefault(ack => ack.Id == actor || ack.Name == actor) is { } own
                    ? new ActorReference(own.Id, own.Name)
                    : throw new ToolException(TaskEnding.Done(messageId, ShownText.Name(first.Name), first.OccurredAt, EndingKind.Ack)));
            }

            var outcome = await bus.ClaimAsync(messageId, actor, cancellationToken);
            if (outcome is { Status: ClaimStatus.AlreadyClaimed, Message: { AcknowledgedBy: [], ClaimedBy: { } other } } && !taking.IsDetached)
            {
                // Two processes can use one actor name, so the name proves nothing; a command in a shell has nothing else to show.
                throw new ToolException(TaskEnding.Held(messageId, ShownText.Name(other.Name), until: null, EndingKind.Ack, knowsSessions: false));
            }

            return outcome switch
            {
                { Status: ClaimStatus.Claimed } => throw await GivenBackAsync(bus, messageId, actor, cancellationToken),
                { Message.ClaimedBy: { } holder } => new(holder),
                _ => new(actor),
            };
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotClaimable)
        {
            return new(actor);
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.AlreadyClaimed)
        {
            throw TaskEnding.Explain(exception, messageId, EndingKind.Ack)!;
        }
    }

    private static async Task<Message?> LookAsync(BackchannelClient bus, string messageId, CancellationToken cancellationToken) =>
        await bus.Connection.Additions.OfferAsync(Additions.MessageRead, cancellationToken)
            ? (await bus.GetMessageAsync(messageId, after: null, TimeSpan.Zero, cancellationToken)).Message
            : null;

    private async Task<ToolException> GivenBackAsync(BackchannelClient bus, HeldLease taken, CancellationToken cancellationToken)
    {
        held.Forget(taken.MessageId);
        return await GivenBackAsync(bus, taken.MessageId, taken.Actor.Id, cancellationToken);
    }

    /// <summary>The claim succeeded, so the task was open: it is given back, because only a worker that claimed it may report it.</summary>
    private static async Task<ToolException> GivenBackAsync(
        BackchannelClient bus, string messageId, string actor, CancellationToken cancellationToken)
    {
        var outcome = await bus.ReleaseAsync(messageId, actor, session: null, cancellationToken);
        return outcome.Message.AcknowledgedBy is [var first, ..]
            ? new(TaskEnding.Done(messageId, ShownText.Name(first.Name), first.OccurredAt, EndingKind.Ack))
            : new(TaskEnding.Open(messageId, EndingKind.Ack));
    }
}
