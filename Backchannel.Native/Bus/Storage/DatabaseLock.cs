namespace Backchannel.Native.Bus.Storage;

/// <summary>One process at a time has a database open. The system frees the lock when its holder dies, however it dies.</summary>
/// <remarks>A file of its own: on a network folder a lock on the database file would be in the way of SQLite's.</remarks>
internal sealed class DatabaseLock : IDisposable
{
    /// <summary>What opening a file that somebody holds gives: EWOULDBLOCK of Linux and macOS, and Windows' sharing violation.</summary>
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private DatabaseLock(FileStream file) => this.file = file;

    /// <summary>The lock file of a database. It stays: deleting it would let two hold it.</summary>
    public static string PathFor(string database) => database + "-lock";

    /// <exception cref="DatabaseInUseException">Another process has the database open.</exception>
    /// <exception cref="IOException">The lock file cannot be made.</exception>
    public static DatabaseLock Acquire(string database)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new DatabaseLock(new FileStream(PathFor(database), options));
        }
        catch (IOException exception) when (HeldResults.Contains(exception.HResult))
        {
            throw new DatabaseInUseException(database);
        }
    }

    public void Dispose() => file.Dispose();
}
