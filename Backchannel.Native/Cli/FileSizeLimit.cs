namespace Backchannel.Native.Cli;

/// <summary>The largest file that this process may write (<c>ulimit -f</c>).</summary>
internal static class FileSizeLimit
{
    /// <summary>Lets a write beyond it fail as on a full disk, which is answered as one; the system's default ends the process.</summary>
    public static void FailWrites()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NativeMethods.SetSignal(NativeMethods.FileSizeSignal, NativeMethods.Ignore);
        }
    }
}
