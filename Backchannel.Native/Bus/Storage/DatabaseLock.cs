using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage;

/// <summary>One process at a time has a database open. The system frees the lock when its holder dies, however it dies.</summary>
/// <remarks>
/// A file of its own, beside the database: every system can lock that. On Linux the database file itself is locked too, since it can have another
/// name in another folder: a hard link, or a file that is mounted into a container.
/// </remarks>
internal sealed class DatabaseLock : IDisposable
{
    /// <summary>What opening a file that somebody holds gives: EWOULDBLOCK of Linux and macOS, and Windows' sharing violation.</summary>
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream beside;
    private readonly InodeLock? itself;

    private DatabaseLock(FileStream beside, InodeLock? itself)
    {
        this.beside = beside;
        this.itself = itself;
    }

    /// <summary>The lock file of a database. It stays: deleting it would let two hold it.</summary>
    public static string PathFor(string database) => database + "-lock";

    /// <summary>Takes both locks. SQLite must not have the database open yet.</summary>
    /// <exception cref="DatabaseInUseException">Another process has the database open.</exception>
    /// <exception cref="IOException">The lock file cannot be made, or what lies in its place is not ours to open.</exception>
    public static DatabaseLock Acquire(string database)
    {
        var path = PathFor(database);
        PrivateFiles.RequireOwn(path, DatabasePlace.Advice);
        if (FileStatus.Read(path) is { IsRegularFile: false } other)
        {
            // To open a FIFO is to wait; a link leads to a file that somebody else chose.
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

    /// <summary>Only once SQLite has closed the database.</summary>
    public void Dispose()
    {
        itself?.Dispose();
        beside.Dispose();
    }
}
