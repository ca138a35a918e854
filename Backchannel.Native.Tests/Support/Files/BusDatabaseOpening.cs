using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Opens a database of which no damage is expected, and that does not watch whether its process stands still.</summary>
internal static class BusDatabaseOpening
{
    extension(BusDatabase)
    {
        public static BusDatabase Open(string path, TimeProvider time, Action<Change> announce) =>
            BusDatabase.Open(path, time, announce, static _ => { }, new StallWatch(TimeProvider.System, TimeSpan.Zero));
    }
}
