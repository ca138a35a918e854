using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Gives SQLite's memory back once a load is over: an idle bus needs little, and the system's page cache still has the file.</summary>
internal sealed class MemoryRelease(SqliteEngine engine, WriteQueue writeQueue) : IMaintenancePass
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Writes in an interval. After fewer, reading the pages again costs too little to measure.
    private const int FewWrites = 500;

    private long lastCount;
    private bool isReleased = true;

    public string Name => "memory_release";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var count = writeQueue.Count;
        var writes = count - lastCount;
        lastCount = count;
        if (writes > FewWrites)
        {
            isReleased = false;
        }
        else if (!isReleased)
        {
            await engine.ReleaseMemoryAsync(writeQueue);
            isReleased = true;
        }
    }
}
