using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>How many tasks of a channel there are, as far as the bus counts them.</summary>
/// <remarks>Named as the states, so that each task is in one of them.</remarks>
/// <param name="Waiting">Null where there is none, or where the bus knows no such state; likewise the next two.</param>
internal sealed record ShownCounts(
    long Open, long Claimed, long Acknowledged, long? Waiting = null, long? Failed = null, long? Cancelled = null)
{
    /// <returns>Null: the bus does not tell. The counts are an extra, so that is no fault.</returns>
    public static async Task<ShownCounts?> ReadAsync(BackchannelClient bus, string channelId, CancellationToken cancellationToken)
    {
        try
        {
            var metrics = await bus.GetMetricsAsync(channelId, cancellationToken);
            var (counts, more) = (metrics.MessageCounts, metrics.TaskCounts);

            // The bus counts a done task as claimed too while it has its last holder, which nearly all have; the others as unclaimed.
            var doneOfHeld = Math.Min(counts.Acknowledged, counts.Claimed);
            var noLongerOpen = counts.Acknowledged - doneOfHeld + (more is null ? 0 : more.Waiting + more.Failed + more.Cancelled);
            return new(
                Math.Max(0, counts.Unclaimed - noLongerOpen),
                counts.Claimed - doneOfHeld,
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
