using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What an ack came to.</summary>
/// <param name="Status">One of <see cref="ClaimStatus"/>.</param>
/// <param name="ResultChannel">Where its result was published; null: there is none.</param>
/// <param name="Acks">All acks of a message that was acknowledged now; null: it was before.</param>
internal sealed record AckOutcome(string Status, string? ResultChannel, IReadOnlyList<Acknowledgement>? Acks)
{
    /// <summary>As it is answered.</summary>
    /// <param name="task">The message before the ack, with its channel.</param>
    public ClaimOutcome ToWire(WriteContext context, (MessageRecord Message, ChannelRecord Channel) task) =>
        new(Status, (task.Message with { Acked = true, Acks = Acks }).ToWire(context.Storage, task.Channel.Id, context.Now), ResultChannel);
}
