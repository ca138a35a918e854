using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Claims the oldest free task of a channel, or failing that one whose worker is gone.</summary>
/// <remarks>
/// Workers that race for the oldest one would all lose to one of them, and then race for the next: with 64 of them most of what the
/// bus does is to refuse. So who has lost a race lately takes any of the oldest few instead.
/// </remarks>
internal sealed class ClaimLoop(LeaseTaking taking, StaleClaims stale, TimeProvider time)
{
    /// <summary>Little to carry when there is no race.</summary>
    private const int PageSize = 10;

    /// <summary>From so many a worker chooses in a race: enough that few choose the same.</summary>
    private const int RacePageSize = 50;

    /// <summary>How long a lost race counts.</summary>
    private static readonly TimeSpan RaceTime = TimeSpan.FromSeconds(10);

    private long raceEnds = long.MinValue;

    /// <param name="wait">How long the bus may hold the request while nothing is free.</param>
    /// <param name="cancellationToken">Ends the search; a claim that is under way is finished.</param>
    /// <returns>Null when there is nothing to do.</returns>
    public async Task<TakenTask?> TryClaimAsync(
        BackchannelClient bus, ClaimOrder order, TimeSpan wait, CancellationToken cancellationToken)
    {
        foreach (var messageId in taking.Undecided(order.ChannelId, order.Actor))
        {
            if (await taking.TakeAsync(bus, messageId, order.Actor, order.Lease, order.Call, order.ChannelId) is { } found)
            {
                return new(found, WasHeldBefore: found.Deliveries > 1);
            }
        }

        if (!IsRacing)
        {
            await foreach (var message in FreeAsync(bus, order, PageSize, wait, cancellationToken))
            {
                if (await TryTakeAsync(bus, message, order) is { } claimed)
                {
                    return claimed;
                }

                wait = TimeSpan.Zero;
                break;
            }
        }

        if (IsRacing)
        {
            await foreach (var message in MixedAsync(FreeAsync(bus, order, RacePageSize, wait, cancellationToken)))
            {
                if (await TryTakeAsync(bus, message, order) is { } claimed)
                {
                    return claimed;
                }
            }
        }

        // Where the bus frees leases by itself there is nothing to find, and many idle workers that page through claims are a load of their own.
        return !await bus.Connection.Additions.OfferAsync(Additions.LeaseSweep, cancellationToken)
            && await stale.TakeOverAsync(bus, order, cancellationToken) is { } taken
                ? new(taken, WasHeldBefore: true)
                : null;
    }

    private bool IsRacing => time.GetTimestamp() < Volatile.Read(ref raceEnds);

    /// <summary>Tasks to do, the oldest first.</summary>
    private static IAsyncEnumerable<Message> FreeAsync(
        BackchannelClient bus, ClaimOrder order, int pageSize, TimeSpan wait, CancellationToken cancellationToken) =>
        // Acknowledged without ever being claimed: done all the same.
        MessagePages.ReadAsync(bus, order.ChannelId, after: null, MessageStatus.Unclaimed, pageSize, wait, cancellationToken)
            .Where(static message => message.AcknowledgedBy.Count == 0);

    /// <summary>The same messages, each page's worth of them in an order of chance.</summary>
    private static async IAsyncEnumerable<Message> MixedAsync(IAsyncEnumerable<Message> messages)
    {
        await foreach (var page in messages.Chunk(RacePageSize))
        {
            Random.Shared.Shuffle(page);
            foreach (var message in page)
            {
                yield return message;
            }
        }
    }

    private async Task<TakenTask?> TryTakeAsync(BackchannelClient bus, Message message, ClaimOrder order)
    {
        if (await taking.TakeAsync(bus, message.Id, order.Actor, order.Lease, order.Call, order.ChannelId) is { } claimed)
        {
            // A bus that does not count may still leave the key of a lease that it swept behind.
            return new(claimed, claimed.Deliveries is { } count ? count > 1 : message.ClaimedByKeyId is not null);
        }

        Volatile.Write(ref raceEnds, time.GetTimestamp() + (long)(RaceTime.TotalSeconds * time.TimestampFrequency));
        return null;
    }
}
