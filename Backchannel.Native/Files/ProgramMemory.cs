using System.Runtime.InteropServices;

namespace Backchannel.Native.Files;

/// <summary>Gives memory back that a process needs only now and then: it may live for days beside many others.</summary>
/// <remarks>What the program needs again of its own file comes back from the page cache. Nothing that could have been changed is freed, so nothing is lost.</remarks>
internal static unsafe partial class ProgramMemory
{
    private const uint Loaded = 1;
    private const uint ReadOnly = 4;
    private const uint Executable = 1;
    private const int DoNotNeed = 4;

    /// <summary>The runtime unpacks its type data at start, which reads megabytes of the file once.</summary>
    public static void ReleaseAfterStart() => Release(ofCode: false);

    /// <summary>For a process that has nothing to do: what its work has allocated goes back to the system too.</summary>
    public static void ReleaseWhenIdle()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Release(ofCode: true);
    }

    /// <param name="ofCode">Releases the memory of the program's code too, not only of its data that never changes.</param>
    private static void Release(bool ofCode)
    {
        if (OperatingSystem.IsLinux() && sizeof(nint) == 8)
        {
            _ = IterateObjects(&ReleaseFirst, ofCode ? 1 : 0);
        }
    }

    // The first object is the program itself; a result other than 0 ends the walk.
    [UnmanagedCallersOnly]
    private static int ReleaseFirst(LoadedObject* program, nuint size, nint ofCode)
    {
        var page = (nuint)PageSize();
        for (var i = 0; i < program->HeaderCount; i++)
        {
            var segment = program->Headers[i];
            if (segment.Type == Loaded && (segment.Flags == ReadOnly || (ofCode != 0 && segment.Flags == (ReadOnly | Executable))))
            {
                var start = (program->Address + (nuint)segment.VirtualAddress + page - 1) & ~(page - 1);
                var end = (program->Address + (nuint)(segment.VirtualAddress + segment.MemorySize)) & ~(page - 1);
                _ = Advise(start, end - start, DoNotNeed);
            }
        }

        return 1;
    }

    [LibraryImport("libc", EntryPoint = "getpagesize")]
    private static partial int PageSize();

    [LibraryImport("libc", EntryPoint = "dl_iterate_phdr")]
    private static partial int IterateObjects(delegate* unmanaged<LoadedObject*, nuint, nint, int> callback, nint data);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);

    /// <summary><c>dl_phdr_info</c>, as far as it is read.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LoadedObject
    {
        public nuint Address;
        public nint Name;
        public ProgramHeader* Headers;
        public ushort HeaderCount;
    }

    /// <summary><c>Elf64_Phdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramHeader
    {
        public uint Type;
        public uint Flags;
        public ulong Offset;
        public ulong VirtualAddress;
        public ulong PhysicalAddress;
        public ulong FileSize;
        public ulong MemorySize;
        public ulong Alignment;
    }
}
