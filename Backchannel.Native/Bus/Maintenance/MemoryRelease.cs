using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Gives the database's memory back once a load is over: a bus mostly waits, and what it waits for is in the system's page cache.</summary>
internal sealed class MemoryRelease(BusDatabase database) : IMaintenancePass
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // In an interval; with fewer, reading pages anew costs nothing that shows.
    private const int FewWrites = 500;

    private long lastCount;
    private bool isReleased = true;

    public string Name => "memory_release";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var count = database.Writes.Count;
        var writes = count - lastCount;
        lastCount = count;
        if (writes > FewWrites)
        {
            isReleased = false;
        }
        else if (!isReleased)
        {
            await database.ReleaseMemoryAsync();
            isReleased = true;
        }
    }
}
