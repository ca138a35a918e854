using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Looks through the file once, while the bus starts to serve, so that damage is found before much is taken on top of it.</summary>
/// <remarks>In a large file it is found when something reads the damaged place: looking through all of it would take the disk from the others.</remarks>
internal sealed class DamageCheck : IAsyncDisposable
{
    /// <summary>What takes a fraction of a second.</summary>
    private const long LargestFile = 64 * 1024 * 1024;

    private readonly Task running;

    public DamageCheck(BusDatabase database, BusLog log) => running = Task.Factory.StartNew(
        () => Look(database, log), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public async ValueTask DisposeAsync() => await running;

    private static void Look(BusDatabase database, BusLog log)
    {
        try
        {
            database.Read(static storage =>
            {
                var connection = storage.Connection;
                if (connection.QueryInteger("PRAGMA page_count") * connection.QueryInteger("PRAGMA page_size") <= LargestFile)
                {
                    connection.RequireSound();
                }

                return true;
            });
        }
        catch (Exception fault) when (fault is UnusableDatabaseException or StorageException { IsDamage: true })
        {
            // Reported as what it means for the bus.
        }
        // A boundary like that of a request: a bus without this look is better than none.
        catch (Exception fault)
        {
            log.MaintenanceFault("damage_check", fault);
        }
    }
}
