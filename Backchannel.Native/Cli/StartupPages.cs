using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>Frees the pages of the executable's data that only the runtime's start needed.</summary>
/// <remarks>
/// The runtime unpacks its type data at start, which reads megabytes of the file once. A session lives for hours beside many
/// others: what it needs again comes back from the page cache. Only read-only data is freed, so nothing is lost.
/// </remarks>
internal static unsafe partial class StartupPages
{
    private const uint Loaded = 1;
    private const uint ReadOnly = 4;
    private const int DoNotNeed = 4;

    public static void Release()
    {
        if (OperatingSystem.IsLinux() && sizeof(nint) == 8)
        {
            _ = IterateObjects(&ReleaseFirst, 0);
        }
    }

    // The first object is the program itself; a result other than 0 ends the walk.
    [UnmanagedCallersOnly]
    private static int ReleaseFirst(LoadedObject* program, nuint size, nint data)
    {
        var page = (nuint)Environment.SystemPageSize;
        for (var i = 0; i < program->HeaderCount; i++)
        {
            var segment = program->Headers[i];
            if (segment.Type == Loaded && segment.Flags == ReadOnly)
            {
                var start = (program->Address + (nuint)segment.VirtualAddress + page - 1) & ~(page - 1);
                var end = (program->Address + (nuint)(segment.VirtualAddress + segment.MemorySize)) & ~(page - 1);
                _ = Advise(start, end - start, DoNotNeed);
            }
        }

        return 1;
    }

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
