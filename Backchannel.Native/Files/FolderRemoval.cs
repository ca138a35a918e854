using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>Removes a folder with whatever somebody else put there: paths longer than the system takes, names that are no UTF-8, folders without rights.</summary>
/// <remarks>
/// Every step is relative to an open folder, and no link is followed. Folders inside of folders are first moved to the top, so that neither a path nor the
/// depth of a recursion grows with what is removed. .NET's own removal stops at the first of these and removes links that lead elsewhere by name only.
/// </remarks>
internal static partial class FolderRemoval
{
    private const int Rights = 0b111_000_000;

    /// <summary>Each removes one level of depth. Another process may go on making folders for ever.</summary>
    private const int MostRounds = 100_000;

    private static int RemoveFolder => OperatingSystem.IsMacOS() ? 0x80 : 0x200;

    /// <param name="path">A link in its place is removed itself.</param>
    /// <param name="expected">Which folder it has to be; another one is left. Null: any.</param>
    /// <param name="last">Name of the file in it that goes last: by it, a removal that was cut off is known as such.</param>
    /// <returns>Whether nothing is there any more.</returns>
    public static bool TryRemove(string path, FileIdentity? expected, string last = "")
    {
        if (OperatingSystem.IsWindows())
        {
            return TryRemoveOnWindows(path);
        }

        using var parent = FolderDescent.TryOpenFolder(Path.GetDirectoryName(path)!);
        if (parent is null)
        {
            return !Path.Exists(path);
        }

        var name = Encoding.UTF8.GetBytes(Path.GetFileName(path) + '\0');
        if (FolderDescent.TryOpenFolder(parent, name) is not { } folder)
        {
            return UnlinkAt(parent, name, 0) == 0 || FileStatus.Read(path) is null;
        }

        using (folder)
        {
            if (expected is { } known && FileState.Of(folder).Identity != known)
            {
                return false;
            }

            Empty(folder, Encoding.UTF8.GetBytes(last + '\0'));
            Empty(folder, []);
        }

        // Another process may have removed it meanwhile.
        return UnlinkAt(parent, name, RemoveFolder) == 0 || FileStatus.Read(path) is null;
    }

    private static void Empty(SafeFileHandle top, byte[] kept)
    {
        var isProgress = true;
        for (var round = 0; round < MostRounds && isProgress; round++)
        {
            isProgress = false;
            foreach (var name in FolderNames.Read(top))
            {
                isProgress |= !name.AsSpan().SequenceEqual(kept) && (UnlinkAt(top, name, 0) == 0 || TryRemove(top, name));
            }
        }
    }

    /// <summary>Removes one folder below the top; those in it are moved beside it.</summary>
    private static bool TryRemove(SafeFileHandle top, byte[] name)
    {
        using (var folder = Open(top, name))
        {
            foreach (var child in folder is null ? [] : FolderNames.Read(folder))
            {
                if (UnlinkAt(folder!, child, 0) != 0)
                {
                    Move(folder!, child, top);
                }
            }
        }

        return UnlinkAt(top, name, RemoveFolder) == 0;
    }

    private static void Move(SafeFileHandle from, byte[] name, SafeFileHandle top)
    {
        var target = Encoding.UTF8.GetBytes($"{Guid.NewGuid():n}\0");
        if (RenameAt(from, name, top, target) != 0)
        {
            // Moving a folder writes to it.
            using var folder = Open(from, name);
            _ = RenameAt(from, name, top, target);
        }
    }

    /// <summary>Opens a folder and takes the rights to change it.</summary>
    private static SafeFileHandle? Open(SafeFileHandle parent, byte[] name)
    {
        var folder = FolderDescent.TryOpenFolder(parent, name);
        if (folder is null && ChangeModeAt(parent, name, Rights, 0) == 0)
        {
            folder = FolderDescent.TryOpenFolder(parent, name);
        }

        _ = folder is null ? 0 : ChangeMode(folder, Rights);
        return folder;
    }

    private static bool TryRemoveOnWindows(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(SafeFileHandle folder, ReadOnlySpan<byte> name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(SafeFileHandle from, ReadOnlySpan<byte> name, SafeFileHandle to, ReadOnlySpan<byte> target);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int ChangeModeAt(SafeFileHandle folder, ReadOnlySpan<byte> name, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle folder, int mode);
}
