using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>A task that was given to whoever asked for the best one.</summary>
/// <param name="Message">As it is after the claim.</param>
/// <param name="Answer">What the claimer is told, read in the transaction of the claim.</param>
internal sealed record NextTask(MessageRecord Message, ClaimedNext Answer)
{
    /// <summary>Whether an earlier request with the same key got it.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Of the key that the claim is kept with; null: none.</summary>
    public KeyDigest? Digest { get; init; }

    /// <param name="message">Under its lease.</param>
    public static NextTask Of(WriteContext context, MessageRecord message, ChannelRecord channel)
    {
        var lease = new ClaimLease(message.LeaseToken!, Instant.ToText(message.LeaseExpiresAt!.Value));
        return new(message, new ClaimedNext(
            message.ToWire(context.Storage, channel.Id, context.Now),
            lease,
            message.ToTask(context.Storage, channel, context.Now),
            PrerequisiteResults.Of(context.Storage, message, context.Now),
            Traceparent: message.TraceParent(context.Storage)));
    }
}
