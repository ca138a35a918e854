using System.Runtime.InteropServices;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>The heap of the C library, which SQLite allocates from.</summary>
internal static partial class SystemHeap
{
    /// <summary>Gives free memory back to the system. glibc would keep it; other systems need no call.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = TrimHeap(0);
            }
            catch (Exception absent) when (absent is EntryPointNotFoundException or DllNotFoundException)
            {
                // The C library is not glibc and gives memory back by itself.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);
}
