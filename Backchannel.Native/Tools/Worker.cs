using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Who reports a task as done.</summary>
/// <param name="Address">Id, alias or name to act under.</param>
/// <param name="Actor">The actor as the bus knows it; null when nobody needs to hold the message.</param>
internal sealed record Worker(string Address, ActorReference? Actor)
{
    public Worker(ActorReference actor)
        : this(actor.Id, actor)
    {
    }

    public Worker(string name)
        : this(name, null)
    {
    }
}
