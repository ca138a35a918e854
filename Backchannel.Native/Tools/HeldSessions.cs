using System.Collections.Concurrent;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>The sessions under which this process holds tasks: its own, and one for each claim that another process may go on with.</summary>
/// <param name="make">Makes the presence of a session.</param>
/// <param name="own">Never forgotten.</param>
internal sealed class HeldSessions(Func<WorkerSession, SessionPresence> make, WorkerSession own) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<WorkerSession, SessionPresence> presences = new();

    /// <summary>Shows the bus that a session lives, while it holds something.</summary>
    public void Keep(WorkerSession session, Func<bool> isHolding)
    {
        foreach (var (other, ended) in presences)
        {
            if (other != own && other != session && !ended.IsKept)
            {
                presences.TryRemove(other, out _);
            }
        }

        presences.GetOrAdd(session, make).Keep(isHolding);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var presence in presences.Values)
        {
            await presence.DisposeAsync();
        }
    }
}
