namespace Backchannel.Native.Wire;

/// <summary>Figures of a channel. Expired messages count while they are stored.</summary>
/// <param name="AvgClaimToAckMs">From a message's last claim to each of its acks; null without any.</param>
internal sealed record ChannelMetrics(string ChannelId, MessageCounts MessageCounts, long? AvgClaimToAckMs, string ComputedAt);

/// <param name="Acknowledged">Messages with any ack.</param>
internal sealed record MessageCounts(long Total, long Unclaimed, long Claimed, long Acknowledged);
