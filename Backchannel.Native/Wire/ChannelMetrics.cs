using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Figures of a channel. Expired messages count while they are stored.</summary>
/// <param name="AvgClaimToAckMs">From a message's last claim to each of its acks; null without any.</param>
/// <param name="TaskCounts">An addition of this program's bus; absent while no task waits, has failed or was cancelled. All of them count as unclaimed above.</param>
internal sealed record ChannelMetrics(
    string ChannelId,
    MessageCounts MessageCounts,
    long? AvgClaimToAckMs,
    string ComputedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskCounts? TaskCounts = null);

/// <summary>Tasks that nobody can claim.</summary>
internal sealed record TaskCounts(long Waiting, long Failed, long Cancelled);

/// <param name="Acknowledged">Messages with any ack.</param>
internal sealed record MessageCounts(long Total, long Unclaimed, long Claimed, long Acknowledged);
