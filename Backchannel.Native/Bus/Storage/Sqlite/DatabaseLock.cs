using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Lets one process at a time open a database. The system frees the lock when its holder dies, however it dies.</summary>
/// <remarks>
/// The lock is a file of its own beside the database, which every system can lock. On Linux the database file itself is locked too, because it can
/// have another name in another folder: a hard link, or a mount into a container.
/// </remarks>
internal sealed class DatabaseLock : IDisposable
{
    /// <summary>The results of opening a file that another process holds: EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation.</summary>
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream beside;
    private readonly InodeLock? itself;

    private DatabaseLock(FileStream beside, InodeLock? itself)
    {
        this.beside = beside;
        this.itself = itself;
    }

    /// <summary>The lock file of a database. It is never deleted: otherwise one process could hold the deleted file and another a new one.</summary>
    public static string PathFor(string database) => database + "-lock";

    /// <summary>Whether a bus has the database open. SQLite must not have it open in this process. No file is made.</summary>
    public static bool IsHeld(string database)
    {
        try
        {
            if (File.Exists(PathFor(database)))
            {
                Acquire(database).Dispose();
            }
            else if (OperatingSystem.IsLinux())
            {
                InodeLock.Acquire(database)?.Dispose();
            }

            return false;
        }
        catch (DatabaseInUseException)
        {
            return true;
        }
    }

    /// <summary>Takes both locks. SQLite must not have the database open yet.</summary>
    /// <exception cref="DatabaseInUseException">Another process has the database open.</exception>
    /// <exception cref="IOException">The lock file cannot be made, or what lies in its place is not ours to open.</exception>
    public static DatabaseLock Acquire(string database)
    {
        var path = PathFor(database);
        PrivateFiles.RequireOwn(path, DatabasePlace.Advice);
        if (FileStatus.Read(path) is { IsRegularFile: false } other)
        {
            // Opening a FIFO would wait, and a link leads to a file that somebody else chose.
            throw new IOException($"{path} is {other.TypeName}, and the lock of a database is a file. Remove it.");
        }

        FileStream beside;
        try
        {
            beside = new FileStream(path, PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (HeldResults.Contains(exception.HResult))
        {
            throw new DatabaseInUseException(database);
        }

        try
        {
            return new DatabaseLock(beside, OperatingSystem.IsLinux() ? InodeLock.Acquire(database) : null);
        }
        catch
        {
            beside.Dispose();
            throw;
        }
    }

    /// <summary>Frees both locks. SQLite must have closed the database before.</summary>
    public void Dispose()
    {
        itself?.Dispose();
        beside.Dispose();
    }
}
