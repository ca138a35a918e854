using Backchannel.Native.Files;

namespace Backchannel.Native.Wake;

/// <summary>Regular files of this user. Anything else in their place is left alone: a FIFO would wait for ever, a device never ends, and a link leads elsewhere.</summary>
internal static class PlainFile
{
    public static bool IsThere(string path) => OperatingSystem.IsWindows()
        ? new FileInfo(path) is { Exists: true, LinkTarget: null }
        : FileStatus.Read(path) is { IsRegularFile: true, OwnerId: var owner } && owner == FileStatus.OwnUserId;

    /// <returns>Null: there is no such file, it cannot be read, or it is longer.</returns>
    public static byte[]? Read(string path, int mostBytes)
    {
        if (!IsThere(path))
        {
            return null;
        }

        try
        {
            using var file = ConfinedFile.Open(Path.GetDirectoryName(path)!, [Path.GetFileName(path)], static _ => false);
            if (file.Length > mostBytes)
            {
                return null;
            }

            var bytes = new byte[file.Length];
            using var content = file.Read();
            content.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FileRefusedException)
        {
            return null;
        }
    }

    /// <summary>Opens a file for this process alone, and makes it where nothing is.</summary>
    /// <returns>Null: another process has it open, or it is not to be had.</returns>
    public static FileStream? TryHold(string path)
    {
        // Made only where there is no entry at all: to open a link whose target is missing would make that target.
        var isThere = IsThere(path);
        try
        {
            return new FileStream(path, PrivateFiles.Options(isThere ? FileMode.OpenOrCreate : FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
