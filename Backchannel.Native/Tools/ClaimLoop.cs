using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Claims the oldest free task of a channel, or failing that one whose worker is gone.</summary>
/// <remarks>
/// When many workers try to claim the oldest task, all but one are refused, and then try the next one: with 64 workers the bus mostly
/// refuses. So a worker that was refused lately picks one of the oldest tasks at random.
/// </remarks>
internal sealed class ClaimLoop(LeaseTaking taking, StaleClaims stale, TimeProvider time)
{
    /// <summary>Few, where there is no race: less to send.</summary>
    private const int PageSize = 10;

    /// <summary>Tasks to choose from in a race: so many that few workers choose the same.</summary>
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

        // If the bus frees expired leases itself, there are no stale claims, and the paging of many idle workers would only load it.
        return !await bus.Connection.Additions.OfferAsync(Additions.LeaseSweep, cancellationToken)
            && await stale.TakeOverAsync(bus, order, cancellationToken) is { } taken
                ? new(taken, WasHeldBefore: true)
                : null;
    }

    private bool IsRacing => time.GetTimestamp() < Volatile.Read(ref raceEnds);

    /// <summary>Tasks to do, the oldest first.</summary>
    private static IAsyncEnumerable<Message> FreeAsync(
        BackchannelClient bus, ClaimOrder order, int pageSize, TimeSpan wait, CancellationToken cancellationToken) =>
        // A task that was acknowledged without a claim is done, although the bus lists it as unclaimed.
        MessagePages.ReadAsync(bus, order.ChannelId, after: null, MessageStatus.Unclaimed, pageSize, wait, cancellationToken)
            .Where(static message => message.AcknowledgedBy.Count == 0);

    /// <summary>The same messages, each page of them shuffled.</summary>
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
            // A bus that does not count deliveries may still show the key of the last claim after its lease was freed.
            return new(claimed, claimed.Deliveries is { } count ? count > 1 : message.ClaimedByKeyId is not null);
        }

        Volatile.Write(ref raceEnds, time.GetTimestamp() + (long)(RaceTime.TotalSeconds * time.TimestampFrequency));
        return null;
    }
}
