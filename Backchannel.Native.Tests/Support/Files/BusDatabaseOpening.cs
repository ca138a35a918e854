using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Opens a database of which no damage is expected.</summary>
internal static class BusDatabaseOpening
{
    extension(BusDatabase)
    {
        /// <summary>It does not watch whether its process stands still.</summary>
        public static BusDatabase Open(string path, TimeProvider time, Action<Change> announce) =>
            BusDatabase.Open(path, time, announce, new StallWatch(TimeProvider.System, TimeSpan.Zero));

        public static BusDatabase Open(string path, TimeProvider time, Action<Change> announce, StallWatch stalls) =>
            BusDatabase.Open(path, null, new SharedClock(time), announce, static _ => { }, new Others(announce), stalls);
    }

    /// <summary>Passes on what other processes changed, as if it was this one.</summary>
    private sealed class Others(Action<Change> announce) : IOtherProcesses
    {
        public void Hear(Change change) => announce(change);

        public IReadOnlyCollection<Change> Signs() => [];

        public void Reach(string? reason)
        {
        }

        public void Held(bool isHeld)
        {
        }

        public void Restricted(bool isReadOnly)
        {
        }
    }
}
