using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>The private folder of one run. A folder in it takes the command's files for the poster.</summary>
/// <remarks>
/// The command can do to them what it likes. So once it runs, nothing is written here, a file is sent only if its folder is still the one that was made here,
/// and only that one is removed: a link in its place could lead to any file of the user.
/// </remarks>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "backchannel-work-";
    private const string LockName = "lock";

    private readonly string path;
    private readonly FileStream held;
    private readonly FileIdentity? own;
    private readonly FileIdentity? results;

    public RunFolder()
    {
        (path, held) = Make();

        // The user alone can enter it.
        Results = Path.Combine(path, "results");
        PrivateFiles.CreateFolder(Results);
        (own, results) = (IdentityOf(path), IdentityOf(Results));
    }

    /// <summary>Told what could not be removed.</summary>
    public Action<string> Left { get; init; } = static _ => { };

    /// <summary>What the command puts here goes with the result.</summary>
    public string Results { get; }

    /// <summary>Where the guardian's status is until the command starts.</summary>
    public string GuardianStatus => Path.Combine(path, "status");

    /// <summary>A new file of this folder that has no name, so that the command cannot reach it. It is gone when it is closed.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public FileStream MakeUnnamed(string name)
    {
        var options = PrivateFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
        }

        var file = new FileStream(Path.Combine(path, name), options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(file.Name);
        }

        return file;
    }

    /// <summary>Writes a file for the command, before it runs.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, ReadOnlyMemory<byte> content)
    {
        using var file = PrivateFiles.CreateNew(Path.Combine(path, name));
        file.Write(content.Span);
        return file.Name;
    }

    /// <summary>Removes the folders of runners that were killed. One whose runner lives is locked.</summary>
    /// <param name="left">Told what could not be removed.</param>
    public static void RemoveAbandoned(Action<string> left)
    {
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
            {
                if (!IsOwn(FileStatus.Read(folder), isFolder: true))
                {
                    continue;
                }

                var locked = FileStatus.Read(Path.Combine(folder, LockName));
                if (locked is null && !Directory.EnumerateFileSystemEntries(folder).Any())
                {
                    // Its runner was killed while it removed the folder. One that is just being made is made again.
                    Directory.Delete(folder);
                }
                else if (IsOwn(locked, isFolder: false))
                {
                    using var abandoned = TryLock(folder, new() { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.None });
                    if (abandoned is not null)
                    {
                        Remove(folder, IdentityOf(folder), left);
                    }
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next runner tries again.
        }
    }

    /// <summary>Opens a file of the folder for results. No link is followed, not even in the folder's own place.</summary>
    /// <returns>Null: it is no regular file with one name, or lies elsewhere.</returns>
    public ConfinedFile? Open(string path)
    {
        try
        {
            return ConfinedFile.Open(Path.GetDirectoryName(path)!, [Path.GetFileName(path)], folder => folder != results);
        }
        catch (Exception fault) when (fault is IOException or FileRefusedException)
        {
            return null;
        }
    }

    /// <summary>Paths of the files for the poster; hidden ones and folders are none.</summary>
    public List<string> ListResults()
    {
        try
        {
            return [.. Directory.EnumerateFiles(Results).Where(static file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The command removed the folder, or took away the rights.
            return [];
        }
    }

    public void Dispose()
    {
        // Windows removes no open file.
        held.Dispose();
        Remove(path, own, Left);
    }

    private static (string Path, FileStream Held) Make()
    {
        // Between the making and the lock another runner may take it for abandoned.
        const int Attempts = 3;

        // A command may have removed the whole folder for temporary files, or it is one of a session that has ended.
        PrivateFiles.CreateFolder(Path.GetTempPath());
        for (var attempt = 1; ; attempt++)
        {
            var path = Directory.CreateTempSubdirectory(Prefix).FullName;
            if (TryLock(path, PrivateFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None)) is { } held)
            {
                return (path, held);
            }

            if (attempt == Attempts)
            {
                throw new IOException($"{path} cannot be locked");
            }
        }
    }

    /// <returns>Null: it is locked, or cannot be.</returns>
    private static FileStream? TryLock(string folder, FileStreamOptions options)
    {
        try
        {
            return new(Path.Combine(folder, LockName), options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <remarks>Windows tells no owner: its temporary folder is the user's own.</remarks>
    private static bool IsOwn(FileStatus? found, bool isFolder) =>
        OperatingSystem.IsWindows() || (found?.OwnerId == FileStatus.OwnUserId && (isFolder ? found.IsFolder : found.IsRegularFile));

    private static FileIdentity? IdentityOf(string path) => FileStatus.Read(path)?.Identity;

    private static void Remove(string path, FileIdentity? expected, Action<string> left)
    {
        if (!FolderRemoval.TryRemove(path, expected, last: LockName))
        {
            left($"{path} cannot be removed: something still writes there, or another file or a mount is in its place. Remove it by hand");
        }
    }
}
