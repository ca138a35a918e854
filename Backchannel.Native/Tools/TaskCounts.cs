using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>How many tasks of a channel there are, as every bus counts them.</summary>
/// <param name="Unclaimed">Nobody holds them, whatever their state.</param>
/// <param name="Acknowledged">Done, held or not.</param>
internal sealed record TaskCounts(long Unclaimed, long Claimed, long Acknowledged)
{
    /// <returns>Null: the bus does not tell. The counts are an extra, so that is no fault.</returns>
    public static async Task<TaskCounts?> ReadAsync(BackchannelClient bus, string channelId, CancellationToken cancellationToken)
    {
        try
        {
            var counts = (await bus.GetMetricsAsync(channelId, cancellationToken)).MessageCounts;
            return new(counts.Unclaimed, counts.Claimed, counts.Acknowledged);
        }
        catch (BackchannelException)
        {
            return null;
        }
    }
}
