namespace Backchannel.Native.Cli;

/// <summary>The size of the terminal at standard error or output, and who writes to it.</summary>
/// <remarks>.NET's console would switch the terminal's keypad when it is asked.</remarks>
internal static unsafe class TerminalSize
{
    private const int UsualColumns = 80;
    private const int UsualRows = 24;

    /// <summary>TIOCGWINSZ of Linux.</summary>
    private const nuint GetWindowSize = 0x5413;

    public static int Columns() => Of(StandardStream.Error).Columns;

    public static (int Columns, int Rows) OfOutput() => Of(StandardStream.Output);

    private static (int Columns, int Rows) Of(int descriptor)
    {
        // Rows, columns, and the same in pixels.
        var size = stackalloc ushort[4];
        return OperatingSystem.IsLinux() && NativeMethods.ControlDevice(descriptor, GetWindowSize, size) == 0 && size[0] > 0 && size[1] > 0
            ? (size[1], size[0])
            : (UsualColumns, UsualRows);
    }

    /// <summary>Whether this process is in the foreground of its terminal, and leads its process group: in a script, others of the group write there too.</summary>
    public static bool IsOwn() => OperatingSystem.IsWindows()
        || (NativeMethods.GetForegroundGroup(StandardStream.Error) is var foreground && foreground == NativeMethods.GetProcessGroup() && foreground == Environment.ProcessId);
}
