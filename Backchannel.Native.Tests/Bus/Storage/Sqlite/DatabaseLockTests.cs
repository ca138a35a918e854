using System.Globalization;
using System.Runtime.InteropServices;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

/// <summary>The lock that gives a database to one bus.</summary>
public sealed partial class DatabaseLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Database => Path.Combine(folder.Path, "bus.db");

    public DatabaseLockTests() => File.WriteAllBytes(Database, []);

    [LinuxFact]
    public void A_freed_lock_is_free_while_a_process_that_just_starts_still_has_its_descriptors()
    {
        int[] copies;
        using (DatabaseLock.Acquire(Database))
        {
            // What a fork does: the child has these until it starts its program.
            copies = [.. OpenDescriptors().Select(Copy)];
            Assert.Equal(2, copies.Length);
            Assert.Throws<DatabaseInUseException>(() => DatabaseLock.Acquire(Database));
        }

        try
        {
            var again = DatabaseLock.Acquire(Database);
            again.Dispose();
            again.Dispose();
        }
        finally
        {
            Array.ForEach(copies, copy => _ = Close(copy));
        }
    }

    public void Dispose() => folder.Dispose();

    /// <summary>This process's descriptors of the database and of the lock file beside it.</summary>
    private List<int> OpenDescriptors() =>
    [
        .. from link in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().ToList()
           where link.LinkTarget is { } target && target.StartsWith(Database, StringComparison.Ordinal)
           select int.Parse(link.Name, CultureInfo.InvariantCulture),
    ];

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Copy(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
