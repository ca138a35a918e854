using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Claims the oldest free task of a channel, or failing that one whose worker is gone.</summary>
internal sealed class ClaimLoop(HeldLeases held, StaleClaims stale)
{
    /// <summary>Enough for several workers that race for the oldest, and little to carry when there is no race.</summary>
    private const int PageSize = 10;

    /// <param name="wait">How long the bus may hold the request while nothing is free.</param>
    /// <param name="cancellationToken">Ends the search; a claim that is under way is finished.</param>
    /// <returns>Null when there is nothing to do.</returns>
    public async Task<ClaimedTask?> TryClaimAsync(
        BackchannelClient bus, ClaimOrder order, TimeSpan wait, CancellationToken cancellationToken)
    {
        var free = MessagePages.ReadAsync(
            bus, order.ChannelId, after: null, MessageStatus.Unclaimed, PageSize, wait, cancellationToken);
        await foreach (var message in free)
        {
            // Acknowledged without ever being claimed: done all the same.
            if (message.AcknowledgedBy.Count == 0
                && await held.TakeAsync(bus, message.Id, order.Actor, order.Lease, order.Call) is { } claimed)
            {
                // A bus that does not count may still leave the key of a lease that it swept behind.
                return new(claimed, claimed.Deliveries is { } count ? count > 1 : message.ClaimedByKeyId is not null);
            }
        }

        return await stale.TakeOverAsync(bus, order, cancellationToken) is { } taken
            ? new(taken, WasHeldBefore: true)
            : null;
    }
}
