using System.Text;

namespace Backchannel.Native.Files;

/// <summary>Files and folders that only the user can open. The permissions of one that exists are not changed.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileModes = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderModes = FileModes | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes a folder, and those above it that are missing, with 0700, as the XDG base directory specification wants it; one that exists is left as it is.
    /// </summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // .NET gives the rights to the last folder alone.
            CreateFolderOf(path);
            Directory.CreateDirectory(path, FolderModes);
        }
    }

    /// <summary>Makes the folder of a file.</summary>
    /// <inheritdoc cref="CreateFolder"/>
    public static void CreateFolderOf(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            CreateFolder(folder);
        }
    }

    /// <summary>How to open a file that gets 0600 if it is new. Nothing is buffered.</summary>
    public static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileModes;
        }

        return options;
    }

    /// <summary>Makes a file where nothing is: a link in its place could lead to another file.</summary>
    /// <exception cref="IOException">Something is there.</exception>
    public static FileStream CreateNew(string path) => new(path, Options(FileMode.CreateNew, FileAccess.Write, FileShare.Read));

    /// <summary>Refuses what another user made, where a link leads as well as the link itself: the maker could read or change what is written there.</summary>
    /// <param name="advice">What to do about it; it ends the sentence.</param>
    /// <exception cref="IOException">It is another user's.</exception>
    public static void RequireOwn(string path, string advice)
    {
        if (FileStatus.StrangerAt(path) is { } owner)
        {
            throw new IOException($"{path} belongs to another user of this machine (user id {owner}); {advice}");
        }
    }

    /// <summary>Puts a file in place at once and as a whole: written beside it, then renamed over it.</summary>
    /// <param name="isDurable">Whether it has to outlive a crash of the machine.</param>
    public static void Replace(string path, string content, bool isDurable = true)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var file = new FileStream(temporary, Options(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            {
                file.Write(Encoding.UTF8.GetBytes(content));
                file.Flush(flushToDisk: isDurable);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw;
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // .NET throws this when the limit on file sizes is reached.
            File.Delete(temporary);
            throw new IOException($"{path} cannot be written: the limit on the size of files (ulimit -f) is too low.", exception);
        }
    }
}
