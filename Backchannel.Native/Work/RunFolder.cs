using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>The private folder of one run, with two in it: where its command puts files for the poster, and where long output is kept.</summary>
/// <remarks>
/// The command can do to them what it likes, so a file is made only where none is, and is sent only if its folder is still the one that was made here:
/// a link in its place could lead to any file of the user.
/// </remarks>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "backchannel-work-";
    private const string LockName = "lock";

    private readonly string path;
    private readonly FileStream held;
    private readonly HashSet<FileIdentity?> own;

    public RunFolder()
    {
        (path, held) = Make();

        // The user alone can enter them.
        Results = Path.Combine(path, "results");
        Output = Path.Combine(path, "output");
        PrivateFiles.CreateFolder(Results);
        PrivateFiles.CreateFolder(Output);
        own = [IdentityOf(Results), IdentityOf(Output)];
    }

    /// <summary>What the command puts here goes with the result.</summary>
    public string Results { get; }

    public string Output { get; }

    /// <summary>Where the guardian's status is until the command starts.</summary>
    public string GuardianStatus => Path.Combine(path, "status");

    /// <summary>Removes the folders of runners that were killed. One whose runner lives is locked.</summary>
    public static void RemoveAbandoned()
    {
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
            {
                if (IsOwn(FileStatus.Read(folder), isFolder: true) && IsOwn(FileStatus.Read(Path.Combine(folder, LockName)), isFolder: false))
                {
                    using var abandoned = TryLock(folder, new() { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.None });
                    if (abandoned is not null)
                    {
                        Delete(folder);
                    }
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next runner tries again.
        }
    }

    /// <summary>Opens a file of one of the two folders. No link is followed, not even in the folder's own place.</summary>
    /// <returns>Null: it is no regular file with one name, or lies elsewhere.</returns>
    public ConfinedFile? Open(string path)
    {
        try
        {
            return ConfinedFile.Open(Path.GetDirectoryName(path)!, [Path.GetFileName(path)], folder => !own.Contains(folder));
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
        Delete(Results);
        Delete(Output);

        // Windows removes no open file.
        held.Dispose();
        Delete(path);
    }

    private static (string Path, FileStream Held) Make()
    {
        // Between the making and the lock another runner may take it for abandoned.
        const int Attempts = 3;
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

    private static void Delete(string path)
    {
        try
        {
            // Of a link in its place, the link itself.
            Directory.Delete(path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Something still writes there, or the command took away the rights. The system clears its temporary folder.
        }
    }
}
