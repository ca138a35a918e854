using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Opens a database of which no damage is expected.</summary>
internal static class BusDatabaseOpening
{
    extension(BusDatabase)
    {
        public static BusDatabase Open(string path, TimeProvider time, Action<Change> announce) =>
            BusDatabase.Open(path, time, announce, static _ => { });
    }
}
