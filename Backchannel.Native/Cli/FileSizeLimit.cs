namespace Backchannel.Native.Cli;

/// <summary>The largest file that this process may write (<c>ulimit -f</c>).</summary>
internal static class FileSizeLimit
{
    /// <summary>Makes a write beyond the limit fail like a write to a full disk. By default the system ends the process.</summary>
    public static void FailWrites()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NativeMethods.SetSignal(NativeMethods.FileSizeSignal, NativeMethods.Ignore);
        }
    }
}
