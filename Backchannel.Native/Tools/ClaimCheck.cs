using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Makes sure that a task is still its worker's, right before it is reported as done.</summary>
/// <remarks>Neither a renewal nor an ack that succeeds proves that on the reference bus.</remarks>
internal sealed class ClaimCheck(HeldLeases held, MessageFinder finder, string defaultActor)
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(Limits.MinLeaseSeconds);

    /// <param name="actor">Id, alias or name; null: whoever claimed it here.</param>
    /// <param name="isPublished">Whether a result has been published already.</param>
    /// <returns>Who holds it; on a broadcast channel, where nobody does, who acts.</returns>
    /// <exception cref="ToolException">Somebody else has it by now.</exception>
    public Task<Worker> ConfirmAsync(
        BackchannelClient bus, string messageId, string? actor, bool isPublished, CancellationToken cancellationToken) =>
        held.Find(messageId) is { } lease && (actor is null || actor == lease.Actor.Id || actor == lease.Actor.Name)
            ? ConfirmHeldAsync(bus, lease, isPublished, cancellationToken)
            : ConfirmOtherAsync(bus, messageId, actor ?? defaultActor, cancellationToken);

    private async Task<Worker> ConfirmHeldAsync(
        BackchannelClient bus, HeldLease lease, bool isPublished, CancellationToken cancellationToken)
    {
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
            return new(lease.Actor);
        }

        // Run out or freed, but perhaps nobody took it: then it can be had again, and from then on nobody else can.
        if ((message.ClaimedBy is null || lease.IsShownBy(message))
            && await held.TakeAsync(bus, lease.MessageId, lease.Actor.Id, lease.Length, cancellationToken) is { } again)
        {
            return new(again);
        }

        held.Forget(lease.MessageId);
        var holder = message.ClaimedBy is { } other && !lease.IsShownBy(message) ? ShownText.Name(other.Name) : "another worker";
        throw new ToolException(
            $"Your claim on task {lease.MessageId} was lost: {holder} holds it now.\n"
            + $"Stop working on it; {(isPublished ? "your result does not count" : "nothing was published")}. Call claim_task for the next one.");
    }

    /// <summary>A task claimed by another process, or by none: asking for it as its holder changes nothing, as anybody else it fails.</summary>
    private async Task<Worker> ConfirmOtherAsync(
        BackchannelClient bus, string messageId, string actor, CancellationToken cancellationToken)
    {
        try
        {
            if (await held.TakeAsync(bus, messageId, actor, ShortLease, cancellationToken) is { } taken)
            {
                return new(taken);
            }

            var outcome = await bus.ClaimAsync(messageId, actor, cancellationToken);
            return outcome.Message.ClaimedBy is { } holder ? new(holder) : new(actor);
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotClaimable)
        {
            return new(actor);
        }
    }
}
