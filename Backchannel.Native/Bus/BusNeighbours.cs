using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;

namespace Backchannel.Native.Bus;

/// <summary>Passes on what the other processes with the same database tell. Together they are one bus.</summary>
internal sealed class BusNeighbours(Signals signals, ChangeLog changes, ClaimQueue claimQueue, WorkerSessions sessions, BusLog log) : IOtherProcesses
{
    /// <summary>Set before anybody can ask for a key.</summary>
    public KeyRing? Keys { get; set; }

    public void Hear(Change change)
    {
        if (change.Kind is ChangeKind.Keys or ChangeKind.Everything)
        {
            Keys?.Forget();
        }

        sessions.Hear(change);
        signals.Signal(change);
        changes.Note(change);
        claimQueue.NoticeElsewhere(change);
    }

    public IReadOnlyCollection<Change> Signs() => sessions.Signs();

    public void Reach(string? reason) => log.DatabaseReach(reason);

    public void Held(bool isHeld) => log.DatabaseHeld(isHeld);

    public void Restricted(bool isReadOnly) => log.DatabaseRestricted(isReadOnly);
}
