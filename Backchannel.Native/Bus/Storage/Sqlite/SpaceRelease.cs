using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Gives the free pages of the database file back to the disk, in slices, while little is written.</summary>
/// <remarks>A file that was made without incremental vacuum cannot give pages back until it is compacted; the pass leaves it alone.</remarks>
internal sealed class SpaceRelease(SqliteEngine engine, BusDatabase database) : IMaintenancePass
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Pages, of 4 KiB each. One slice delays other writes by some milliseconds.
    private const int Slice = 128;

    /// <summary>With fewer free pages the work does not pay: the next posts fill them again.</summary>
    private const int WorthwhilePages = 256;

    /// <summary>One page in so many has to be free, so that a file whose load comes and goes keeps its size.</summary>
    private const int WorthwhilePart = 4;

    // Writes in an interval. During more, the disk is left to the callers.
    private const int FewWrites = 100;

    private long lastCount;

    public string Name => "space_release";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (CountWrites() > FewWrites || !IsWorthwhile(await database.ReadAsync(static storage => Space((SqliteConnection)storage.Connection))))
        {
            return;
        }

        var isReleased = false;
        while (!cancellationToken.IsCancellationRequested && !isReleased)
        {
            isReleased = await database.Writes.RunAsync(static context =>
            {
                var connection = (SqliteConnection)context.Storage.Connection;
                connection.ReleasePages(Slice);
                return connection.QueryInteger("PRAGMA freelist_count") == 0;
            });
            if (CountWrites() > FewWrites)
            {
                // The load is back. The pages freed so far stay freed.
                break;
            }
        }

        // The file itself becomes shorter only with a checkpoint.
        engine.Checkpoint();
        CountWrites();
    }

    /// <summary>Writes since the last call.</summary>
    private long CountWrites()
    {
        var count = database.Writes.Count;
        var writes = count - lastCount;
        lastCount = count;
        return writes;
    }

    private static bool IsWorthwhile((long Free, long All) pages) =>
        pages.Free >= WorthwhilePages && pages.Free * WorthwhilePart >= pages.All;

    private static (long Free, long All) Space(SqliteConnection connection) =>
        connection.QueryInteger("PRAGMA auto_vacuum") == SqliteConnection.IncrementalVacuum
            ? (connection.QueryInteger("PRAGMA freelist_count"), connection.QueryInteger("PRAGMA page_count"))
            : default;
}
