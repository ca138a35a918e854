using Backchannel.Native.Client;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Whose tasks a runner runs. A task is another agent's text, and whoever it comes from has it carried out here.</summary>
/// <param name="own">Id of the own key; null: not known.</param>
internal sealed class Senders(WorkOrder order, string? own)
{
    /// <summary>Whether every task is run: on the bus of this user alone, or because the user said so.</summary>
    public bool AreAll => order.IsLocal || order.AnySender;

    /// <summary>Ids of the keys whose tasks are run where not all are.</summary>
    public IReadOnlyList<string> Keys => own is null ? order.From : [own, .. order.From];

    public bool Include(HeldLease lease) => Include(lease.Task);

    /// <exception cref="WorkException">The bus does not say who posted it.</exception>
    public bool Include(TaskView? task)
    {
        if (AreAll)
        {
            return true;
        }

        var poster = task?.PostedByKeyId ?? throw Unknown();
        return Keys.Contains(poster);
    }

    /// <summary>Refuses lanes of others, unless their owner's tasks are run: the owner decides who posts there.</summary>
    public void RequireOwn(Lane lane)
    {
        if (!order.AnySender && !lane.OwnedByUs && !order.From.Contains(lane.Channel.CreatedByKeyId))
        {
            throw new WorkException(
                $"the channel '{ShownText.Name(lane.Channel.Name)}' belongs to {lane.ForeignOwner()}, who decides who may post there. Nothing was claimed. "
                + $"With --from {ShownText.Name(lane.Channel.CreatedByKeyId)} this command runs for the tasks of that owner and yours. With --any-sender it runs for whatever anybody posts there: do that only where you trust all of them.");
        }
    }

    /// <summary>Refuses a bus that cannot say whose a task is.</summary>
    public async Task RequireKnownAsync(BackchannelClient bus, CancellationToken cancellationToken)
    {
        if (!AreAll && !await bus.Connection.Additions.OfferAsync(Additions.ClaimNext, cancellationToken))
        {
            throw Unknown();
        }
    }

    private static WorkException Unknown() => new(
        "this bus does not say whose key posted a task, so nobody can tell your tasks from a stranger's. Nothing was run. "
        + "Use the local bus (--local) or one of this program, or give --any-sender to run whatever anybody posts there.");
}
