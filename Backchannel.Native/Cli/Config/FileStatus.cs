using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli.Config;

/// <summary>Who owns a file and what kind it is; .NET has no API for either on Unix.</summary>
/// <param name="Owner">The number of the user.</param>
/// <param name="Group">The number of the group.</param>
/// <param name="IsFileOrFolder">False for a pipe, a device or a socket: reading one may never end.</param>
internal readonly partial record struct FileStatus(uint Owner, uint Group, bool IsFileOrFolder)
{
    private const int KindMask = 0xF000;
    private const int Folder = 0x4000;
    private const int Regular = 0x8000;

    /// <returns>Null where there is no such file, and on Windows.</returns>
    public static FileStatus? Of(string path)
    {
        if (OperatingSystem.IsWindows() || Stat(path, out var status) != 0)
        {
            return null;
        }

        return new(status.Owner, status.Group, (status.Mode & KindMask) is Folder or Regular);
    }

    /// <summary>Makes this file's owner and group those of another one.</summary>
    /// <returns>False when this user may not.</returns>
    public bool GiveTo(string path) =>
        Of(path) is { } other && ((other.Owner == Owner && other.Group == Group) || ChangeOwner(path, Owner, Group) == 0);

    // The runtime's own call: the same on every Unix, where the C library's differs from system to system.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, out Native status);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);

    /// <summary>The first members; what follows is not needed here.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Native
    {
        public int Flags;
        public int Mode;
        public uint Owner;
        public uint Group;
    }
}
