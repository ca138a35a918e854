using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>The names in an open folder as the system has them: bytes, which need not be UTF-8.</summary>
internal static unsafe partial class FolderNames
{
    /// <summary>Each with a closing zero, without the two that mean the folder itself and the one above; empty where the folder cannot be read.</summary>
    public static List<byte[]> Read(SafeFileHandle folder)
    {
        var names = new List<byte[]>();

        // Opened again, because the stream closes it; and the position of a descriptor is shared with its copies.
        if (FolderDescent.TryOpenFolder(folder, ".\0"u8) is not { } copy)
        {
            return names;
        }

        var stream = OpenStream(copy);
        if (stream == 0)
        {
            copy.Dispose();
            return names;
        }

        copy.SetHandleAsInvalid();
        copy.Dispose();
        Entry entry;
        while (ReadEntry(stream, &entry) == 0)
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry.Name);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add([.. name, 0]);
            }
        }

        _ = CloseStream(stream);
        return names;
    }

    private static nint OpenStream(SafeFileHandle folder) =>
        OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? OpenWideStream((int)folder.DangerousGetHandle())
            : OpenUsualStream((int)folder.DangerousGetHandle());

    [LibraryImport("libc", EntryPoint = "fdopendir")]
    private static partial nint OpenUsualStream(int folder);

    /// <summary>Of macOS on Intel, with inodes of 64 bits.</summary>
    [LibraryImport("libSystem.dylib", EntryPoint = "fdopendir$INODE64")]
    private static partial nint OpenWideStream(int folder);

    // The runtime's own library: one layout for all systems, where libc has one for each.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_ReadDir")]
    private static partial int ReadEntry(nint stream, Entry* entry);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_CloseDir")]
    private static partial int CloseStream(nint stream);

    /// <summary><c>DirectoryEntry</c> of the runtime's <c>pal_io.h</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public byte* Name;
        public int NameLength;
        public int Type;
    }
}
