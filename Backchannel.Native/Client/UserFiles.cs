using System.Text;

namespace Backchannel.Native.Client;

/// <summary>Files and folders that only the user can open. The permissions of one that exists are not changed.</summary>
internal static class UserFiles
{
    private const UnixFileMode FileModes = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderModes = FileModes | UnixFileMode.UserExecute;

    /// <summary>Makes the folder, and those above it that are missing, with 0700.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, FolderModes);
        }
    }

    /// <summary>Refuses what is there and must not be opened: a FIFO or device can hang whoever opens it, a stranger's file is read by the stranger.</summary>
    /// <exception cref="IOException">It is no regular file, or another user's.</exception>
    public static void RequireUsable(string path)
    {
        if (FileStatus.Read(path, followLinks: true) is { IsRegularFile: false } other)
        {
            throw new IOException($"{path} is {other.TypeName}, and a file belongs there; remove it");
        }

        RequireOwn(path);
    }

    /// <summary>Refuses what another user made, where a link leads as well as the link itself.</summary>
    /// <exception cref="IOException">It is another user's.</exception>
    public static void RequireOwn(string path)
    {
        if (FileStatus.StrangerAt(path) is { } owner)
        {
            throw new IOException($"{path} belongs to another user of this machine (user id {owner}); remove it, or set HOME to a folder of your own");
        }
    }

    /// <summary>How to open a file for writing that gets 0600 if it is new.</summary>
    public static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileModes;
        }

        return options;
    }

    /// <summary>Puts a file in place at once and as a whole: written beside it, then renamed over it.</summary>
    public static void Replace(string path, string content)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var file = new FileStream(temporary, Options(FileMode.CreateNew, FileShare.None)))
            {
                file.Write(Encoding.UTF8.GetBytes(content));
                file.Flush(flushToDisk: true);
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
