using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Reads the whole file once, while the bus starts to serve, so that damage is found before much is written on top of it.</summary>
/// <remarks>In a large file damage is found when something reads the damaged page: reading all of it would take the disk from the callers.</remarks>
internal sealed class DamageCheck(BusDatabase database) : IMaintenancePass
{
    /// <summary>Reading this much takes a fraction of a second.</summary>
    private const long LargestFile = 64 * 1024 * 1024;

    public string Name => "damage_check";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.ReadAsync(static storage => Look((SqliteConnection)storage.Connection));
        }
        catch (StorageException fault) when (fault.IsDamage)
        {
            // The database has reported it as what it means for the bus.
        }
    }

    private static bool Look(SqliteConnection connection)
    {
        if (connection.QueryInteger("PRAGMA page_count") * connection.QueryInteger("PRAGMA page_size") <= LargestFile)
        {
            connection.RequireSound();
        }

        return true;
    }
}
