using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Claims the next task for a worker that reports one as done: in one request with the ack where the bus takes both, otherwise after it.</summary>
internal sealed class NextClaims(Lanes lanes, ClaimLoop claims, LeaseTaking taking, HeldLeases held, TaskTelling telling)
{
    /// <summary>Bytes reserved for the text about the ack.</summary>
    private const int AckBytes = 1_000;

    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(Limits.DefaultLeaseSeconds);

    private readonly HashSet<string> underWay = [];

    /// <summary>Lets one call at a time claim a task in the place of a finished one, until what it returns is disposed.</summary>
    /// <returns>Null: another call is already claiming.</returns>
    public IDisposable? Begin(string messageId)
    {
        lock (underWay)
        {
            return underWay.Add(messageId) ? new Turn(this, messageId) : null;
        }
    }

    /// <summary>Where the worker of a task goes on: on the channels that it claimed the task from, as the same actor, with as long a lease.</summary>
    /// <returns>Null: this process does not hold the task.</returns>
    public NextOrder? After(string messageId) => held.Find(messageId) switch
    {
        null => null,
        { ClaimedFrom: { } channels } lease => new(channels, lease.Actor.Id, lease.Length),
        var lease => new([lease.ChannelId], lease.Actor.Id, lease.Length > DefaultLease ? lease.Length : DefaultLease),
    };

    /// <summary>Acknowledges and claims in one request.</summary>
    /// <param name="bus">The bus, within the trace of the ack.</param>
    /// <returns>Null: nothing was acknowledged, because the bus takes no such request, or refuses the ack or the claim.</returns>
    /// <exception cref="BackchannelException">It is not known what the bus did.</exception>
    public async Task<AckedWithNext?> WithAckAsync(
        BackchannelClient bus, NextOrder order, Worker worker, AckBeforeClaim ack, ToolCall call, CancellationToken cancellationToken)
    {
        if (worker is not { Session: { } session, LeaseToken: not null }
            || session != await taking.SessionAsync(bus, cancellationToken)
            // A claim whose answer was lost comes first, and it has its own request.
            || taking.Undecided(order.Place, order.Actor).Count > 0
            || !await bus.Connection.Additions.OfferAsync(Additions.AckAndClaim, cancellationToken))
        {
            return null;
        }

        var search = Search(order, ack, cancellationToken);
        (TakenTask Task, Lane Lane)? found;
        try
        {
            found = await search.LookAsync(bus, TimeSpan.Zero, isBeforeWait: false, cancellationToken);
        }
        catch (BackchannelException refusal) when (!refusal.IsUndecided)
        {
            // The ack by itself, and the claim by itself, tell which of them was refused.
            return null;
        }

        if (search.Acknowledged is { } acknowledged)
        {
            return new(acknowledged, await TellAsync(bus, search, found, ack.MessageId, call, cancellationToken));
        }

        if (found is { Task.Lease: var unasked })
        {
            // Another bus has taken its place, for example one of an older release, which claimed and did not see the ack.
            bus.Connection.Additions.Forget();
            held.Forget(unasked.MessageId);
            await held.GiveBackAsync(unasked);
        }

        return null;
    }

    /// <summary>Claims after an ack.</summary>
    /// <param name="done">Id of the acknowledged task.</param>
    public async Task<ClaimTaskResult> ClaimAsync(
        BackchannelClient bus, NextOrder order, string done, ToolCall call, CancellationToken cancellationToken)
    {
        var search = Search(order, null, cancellationToken);
        var found = await search.LookAsync(bus, TimeSpan.Zero, isBeforeWait: false, cancellationToken);
        return await TellAsync(bus, search, found, done, call, cancellationToken);
    }

    private ClaimSearch Search(NextOrder order, AckBeforeClaim? ack, CancellationToken call) =>
        new(lanes, claims, taking, order.Channels, order.Actor, order.Lease, call) { Ack = ack };

    private async Task<ClaimTaskResult> TellAsync(
        BackchannelClient bus, ClaimSearch search, (TakenTask Task, Lane Lane)? found, string done, ToolCall call, CancellationToken cancellationToken)
    {
        var result = found is { } taken
            ? await telling.TellAsync(bus, taken, call.MaxResultBytes - AckBytes, cancellationToken)
            : ClaimTaskResult.Nothing(waited: false, several: search.Count > 1, search.Paused).WithGone([.. search.Missing.Select(static channel => channel.Name)]);
        return telling.Remind(result, held.Ids().Where(id => id != done && id != result.MessageId).ToHashSet(), call);
    }

    private sealed class Turn(NextClaims nexts, string messageId) : IDisposable
    {
        public void Dispose()
        {
            lock (nexts.underWay)
            {
                nexts.underWay.Remove(messageId);
            }
        }
    }
}

/// <summary>The outcome of one request that acks and claims.</summary>
internal sealed record AckedWithNext(ClaimOutcome Ack, ClaimTaskResult Next);
