namespace Backchannel.Native.Bus.Storage;

/// <summary>The files of an open database. What is committed while one of them lies no longer at its path is lost.</summary>
internal sealed class DatabaseFiles
{
    private readonly WatchedFile[] written;
    private readonly WatchedFile[] others;

    /// <summary>Takes the files that lie there now, all of them open.</summary>
    /// <param name="path">The path that was given; may lead through links.</param>
    /// <param name="target">The database file itself; the others lie beside it.</param>
    public DatabaseFiles(string path, string target)
    {
        written = [new(path), new(target + "-wal")];
        others = [new(target + "-shm"), new(DatabaseLock.PathFor(target))];
    }

    /// <summary>The path of a file that was removed or replaced; null while all are in place.</summary>
    public string? FindMissing() => FindMissingData() ?? Find(others);

    /// <summary>The same for the two files that a commit goes to; cheap enough for every one.</summary>
    public string? FindMissingData() => Find(written);

    /// <summary>Where a path leads in the end; SQLite keeps its other files there.</summary>
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
