using System.Runtime.InteropServices;

namespace Backchannel.Native.Client;

/// <summary>The processes that a process and its children form, unless they left it.</summary>
internal static partial class ProcessGroup
{
    private const int KillSignal = 9;

    /// <param name="leader">Number of the process that made the group; it may have ended.</param>
    public static void Kill(int leader)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SendSignal(-leader, KillSignal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
