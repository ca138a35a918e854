using System.Runtime.InteropServices;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The heap of the C library, from which SQLite takes its memory.</summary>
internal static partial class SystemHeap
{
    /// <summary>Gives free memory back to the system, which glibc keeps otherwise; elsewhere nothing happens.</summary>
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
                // Another C library, which gives memory back by itself.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);
}
