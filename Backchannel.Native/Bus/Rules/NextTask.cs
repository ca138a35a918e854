using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>A task that was given to whoever asked for the best one.</summary>
/// <param name="Message">As it is after the claim.</param>
/// <param name="Deliveries">How often the message has been taken, this time included.</param>
internal sealed record NextTask(MessageRecord Message, ChannelRecord Channel, string LeaseToken, long LeaseExpiresAt, int Deliveries)
{
    /// <summary>Whether an earlier request with the same key got it.</summary>
    public bool IsRepeated { get; init; }
}
