using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Gives what the database file no longer needs back to the disk, in slices, while little is written.</summary>
/// <remarks>Files of before incremental vacuum cannot do that until they are compacted; for them there is nothing to do here.</remarks>
internal sealed class SpaceRelease(BusDatabase database) : IMaintenancePass
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // A page is 4 KiB. One slice holds other writes up for some milliseconds.
    private const int Slice = 128;

    /// <summary>Less is not worth the work: the bus will need it again.</summary>
    private const int WorthwhilePages = 256;

    /// <summary>The part of the file that has to be free: a file that breathes with its load stays as it is.</summary>
    private const int WorthwhilePart = 4;

    // In an interval; with more, the bus has other things to do.
    private const int FewWrites = 100;

    private long lastCount;

    public string Name => "space_release";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (CountWrites() > FewWrites || !IsWorthwhile(database.Read(Space)))
        {
            return;
        }

        var isReleased = false;
        while (!cancellationToken.IsCancellationRequested && !isReleased)
        {
            isReleased = await database.Writes.RunAsync(static context =>
            {
                context.Storage.Connection.ReleasePages(Slice);
                return context.Storage.Connection.QueryInteger("PRAGMA freelist_count") == 0;
            });
            if (CountWrites() > FewWrites)
            {
                // The load came back; what was freed so far is kept.
                break;
            }
        }

        // Only then does the file itself become shorter.
        database.Checkpoint();
        CountWrites();
    }

    /// <summary>How many writes there were since the last look.</summary>
    private long CountWrites()
    {
        var count = database.Writes.Count;
        var writes = count - lastCount;
        lastCount = count;
        return writes;
    }

    private static bool IsWorthwhile((long Free, long All) pages) =>
        pages.Free >= WorthwhilePages && pages.Free * WorthwhilePart >= pages.All;

    private static (long Free, long All) Space(StorageSession storage) =>
        storage.Connection.QueryInteger("PRAGMA auto_vacuum") == SqliteConnection.IncrementalVacuum
            ? (storage.Connection.QueryInteger("PRAGMA freelist_count"), storage.Connection.QueryInteger("PRAGMA page_count"))
            : default;
}
