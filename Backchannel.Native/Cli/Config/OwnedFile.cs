using System.Runtime.InteropServices;
using Backchannel.Native.Files;

namespace Backchannel.Native.Cli.Config;

/// <summary>Makes files and folders with the owner that fits their place: <c>sudo</c> may write into another user's home.</summary>
internal static partial class OwnedFile
{
    /// <summary>Makes a file with mode, owner and group of the one that it replaces or copies; without one, for the owner of its folder alone.</summary>
    /// <exception cref="ConfigException">This user may not make a file for that owner.</exception>
    public static void Make(string path, ReadOnlySpan<byte> content, string like)
    {
        // Such files hold the keys of other servers.
        using (var file = new FileStream(path, PrivateFiles.Options(FileMode.CreateNew, FileAccess.Write, FileShare.Read)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        if (OperatingSystem.IsWindows())
        {
            return;
        }

        if (FileStatus.Read(like, followLinks: true) is { } owner)
        {
            Give(path, owner, like);
            File.SetUnixFileMode(path, File.GetUnixFileMode(like));
        }
        else
        {
            GiveLikeFolder(path);
        }
    }

    /// <summary>Makes a folder, and those around it that are missing.</summary>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        MakeFolder(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder);
        GiveLikeFolder(folder);
    }

    private static void GiveLikeFolder(string path)
    {
        if (!OperatingSystem.IsWindows() && FileStatus.OwnUserId == 0 && FileStatus.Read(Path.GetDirectoryName(path)!, followLinks: true) is { } owner)
        {
            Give(path, owner, Path.GetDirectoryName(path)!);
        }
    }

    private static void Give(string path, FileStatus owner, string like)
    {
        if (FileStatus.Read(path, followLinks: true) is not { } made
            || ((made.OwnerId, made.GroupId) != (owner.OwnerId, owner.GroupId) && ChangeOwner(path, owner.OwnerId, owner.GroupId) != 0))
        {
            throw new ConfigException(
                $"{like} belongs to user {owner.OwnerId} and group {owner.GroupId}, and this user may not make a file for them; nothing was changed. "
                + "Run the command as that user, or add the entry by hand: without --write it is printed.");
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
