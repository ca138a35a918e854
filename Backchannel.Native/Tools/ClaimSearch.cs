using Backchannel.Native.Client;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The search of one call for a task on its channels: by one request where the bus offers that, else channel by channel.</summary>
/// <param name="names">Names or ids of channels.</param>
/// <param name="actor">Who claims.</param>
/// <param name="length">Of the lease.</param>
/// <param name="call">See <see cref="ClaimOrder.Call"/>.</param>
internal sealed class ClaimSearch(
    Lanes lanes, ClaimLoop claims, LeaseTaking taking, IReadOnlyList<string> names, string actor, TimeSpan length, CancellationToken call)
{
    /// <summary>A channel may be deleted, and another bus take the place of this one, while a look goes on.</summary>
    private const int Attempts = 3;

    /// <summary>Longest wait on one of several channels of a bus that cannot wait on all of them.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private int turn;

    /// <summary>The task of the extension that the call may go on as; null: none.</summary>
    public TaskWait? Task { get; init; }

    /// <summary>Ids of the keys whose tasks are meant; a look then does not wait. Null: whoever posted them.</summary>
    public IReadOnlyList<string>? PostedBy { get; init; }

    /// <summary>The ack that goes with the claim, to a bus that offers <see cref="Additions.AckAndClaim"/>; null: none.</summary>
    public AckBeforeClaim? Ack { get; init; }

    /// <summary>What became of <see cref="Ack"/>; null: the bus has not taken it.</summary>
    public ClaimOutcome? Acknowledged { get; private set; }

    /// <summary>Names that mean no channel yet, with what the bus said.</summary>
    public IReadOnlyList<(string Name, BackchannelException Fault)> Missing { get; private set; } = [];

    /// <summary>Whether the bus has been asked for the best task, and has answered.</summary>
    public bool HasLooked { get; private set; }

    /// <summary>Ids of channels to which nothing can be posted.</summary>
    public IReadOnlyList<string> Paused { get; private set; } = [];

    /// <param name="wait">How long the bus may hold the request while nothing is free.</param>
    /// <param name="isBeforeWait">Whether the next look waits. Where one request does both, this one only finds the channels.</param>
    /// <returns>Null when there is nothing to do.</returns>
    public async Task<(TakenTask Task, Lane Lane)?> LookAsync(
        BackchannelClient bus, TimeSpan wait, bool isBeforeWait, CancellationToken cancellationToken)
    {
        var isReplaced = false;
        for (var attempt = 1; ; attempt++)
        {
            var found = await FindAsync(bus, cancellationToken);
            if (found.Count == 0)
            {
                return null;
            }

            try
            {
                if (isReplaced || !await bus.Connection.Additions.OfferAsync(Additions.ClaimNext, cancellationToken))
                {
                    return await TakeFromEachAsync(bus, found, wait, cancellationToken);
                }

                return isBeforeWait ? null : await TakeNextAsync(bus, found, wait, cancellationToken);
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound && attempt < Attempts)
            {
                found.ForEach(lane => lanes.Forget(lane.Channel.Id));
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.NotFound && !isReplaced && Ack is null)
            {
                // Another bus has taken its place, which does not know this request.
                isReplaced = true;
                bus.Connection.Additions.Forget();
            }
        }
    }

    /// <summary>How many names were given.</summary>
    public int Count => names.Count;

    private async Task<List<Lane>> FindAsync(BackchannelClient bus, CancellationToken cancellationToken)
    {
        var found = new List<Lane>();
        var missing = new List<(string, BackchannelException)>();
        foreach (var name in names)
        {
            try
            {
                var lane = await lanes.UseAsync(bus, await lanes.FindAsync(bus, name, cancellationToken), cancellationToken);
                ChannelModes.RequireClaimable(lane.Channel, "Read it with subscribe.");
                if (found.TrueForAll(other => other.Channel.Id != lane.Channel.Id))
                {
                    found.Add(lane);
                }
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                // The first post creates the channel: a worker may ask before that.
                missing.Add((name, exception));
            }
        }

        Missing = missing;
        return found;
    }

    private async Task<(TakenTask Task, Lane Lane)?> TakeNextAsync(
        BackchannelClient bus, List<Lane> found, TimeSpan wait, CancellationToken cancellationToken)
    {
        var order = new NextOrder([.. found.Select(static lane => lane.Channel.Id)], actor, length) { Task = Task, PostedBy = PostedBy, Ack = Ack };
        var taken = await taking.TakeNextAsync(bus, order, wait, cancellationToken, call);
        (HasLooked, Paused, Acknowledged) = (true, order.Paused, order.Acknowledged);
        return taken is null
            ? null
            : (new(taken, WasHeldBefore: taken.Deliveries > 1), found.Find(lane => lane.Channel.Id == taken.ChannelId) ?? found[0]);
    }

    /// <summary>Looks at each channel once; later looks go to one after the other, so that many channels cost no more requests than one.</summary>
    private async Task<(TakenTask Task, Lane Lane)?> TakeFromEachAsync(
        BackchannelClient bus, List<Lane> found, TimeSpan wait, CancellationToken cancellationToken)
    {
        var isFirst = wait == TimeSpan.Zero;
        var looked = isFirst ? found : [found[turn++ % found.Count]];
        var longest = found.Count == 1 || wait < Turn ? wait : Turn;
        foreach (var lane in looked)
        {
            if (await claims.TryClaimAsync(bus, new(lane.Channel.Id, actor, length, call), longest, cancellationToken) is { } claimed)
            {
                return (claimed, lane);
            }
        }

        HasLooked = true;
        return null;
    }
}
