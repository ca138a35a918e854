namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>The files of an open database. A commit is lost when one of them is no longer at its path.</summary>
internal sealed class DatabaseFiles
{
    private readonly WatchedFile[] written;
    private readonly WatchedFile[] others;

    /// <summary>Notes which files are at the paths now. SQLite has all of them open.</summary>
    /// <param name="path">The path that was given. It may lead through links.</param>
    /// <param name="target">The database file itself. The others lie beside it.</param>
    public DatabaseFiles(string path, string target)
    {
        written = [new(path), new(target + "-wal")];
        others = [new(target + "-shm"), new(DatabaseLock.PathFor(target))];
    }

    /// <summary>The path of a file that was removed or replaced; null while all are in place.</summary>
    public string? FindMissing() => FindMissingData() ?? Find(others);

    /// <summary>The same for the two files that a commit goes to. It is cheap enough for every commit.</summary>
    public string? FindMissingData() => Find(written);

    /// <summary>The file that a path leads to through links. SQLite keeps its other files beside that one.</summary>
    public static string Resolve(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    private static string? Find(WatchedFile[] files)
    {
        foreach (var file in files)
        {
            if (file.IsGone)
            {
                return file.Path;
            }
        }

        return null;
    }
}
