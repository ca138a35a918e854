using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>How many tasks of a channel there are, as far as the bus counts them.</summary>
/// <param name="Unclaimed">Nobody holds them, and they are in none of the last three states.</param>
/// <param name="Acknowledged">Done, held or not.</param>
/// <param name="Waiting">Null where there is none, or where the bus knows no such state; likewise the next two.</param>
internal sealed record ShownCounts(
    long Unclaimed, long Claimed, long Acknowledged, long? Waiting = null, long? Failed = null, long? Cancelled = null)
{
    /// <returns>Null: the bus does not tell. The counts are an extra, so that is no fault.</returns>
    public static async Task<ShownCounts?> ReadAsync(BackchannelClient bus, string channelId, CancellationToken cancellationToken)
    {
        try
        {
            var metrics = await bus.GetMetricsAsync(channelId, cancellationToken);
            var (counts, more) = (metrics.MessageCounts, metrics.TaskCounts);
            return new(
                counts.Unclaimed - (more is null ? 0 : more.Waiting + more.Failed + more.Cancelled),
                counts.Claimed,
                counts.Acknowledged,
                NonZero(more?.Waiting),
                NonZero(more?.Failed),
                NonZero(more?.Cancelled));
        }
        catch (BackchannelException)
        {
            return null;
        }
    }

    private static long? NonZero(long? count) => count == 0 ? null : count;
}
