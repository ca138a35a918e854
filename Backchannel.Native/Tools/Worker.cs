using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Who reports a task as done.</summary>
/// <param name="Address">Id, alias or name to act under.</param>
/// <param name="Actor">The actor as the bus knows it; null when the message needs no holder.</param>
/// <param name="LeaseToken">The lease under which the task was done; null when there is none.</param>
internal sealed record Worker(string Address, ActorReference? Actor, string? LeaseToken)
{
    public Worker(ActorReference actor)
        : this(actor.Id, actor, null)
    {
    }

    public Worker(HeldLease lease)
        : this(lease.Actor.Id, lease.Actor, lease.LeaseToken) => Session = lease.Session;

    public Worker(string name)
        : this(name, null, null)
    {
    }

    /// <summary>The session that acts; null where the bus knows no sessions.</summary>
    public WorkerSession? Session { get; init; }
}
