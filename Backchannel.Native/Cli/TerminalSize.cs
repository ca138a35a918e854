namespace Backchannel.Native.Cli;

/// <summary>The size of the terminal at standard error, and who writes to it.</summary>
/// <remarks>.NET's console would switch the terminal's keypad when it is asked.</remarks>
internal static unsafe class TerminalSize
{
    private const int Usual = 80;

    /// <summary>TIOCGWINSZ of Linux.</summary>
    private const nuint GetWindowSize = 0x5413;

    public static int Columns()
    {
        // Rows, columns, and the same in pixels.
        var size = stackalloc ushort[4];
        return OperatingSystem.IsLinux() && NativeMethods.ControlDevice(StandardStream.Error, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : Usual;
    }

    /// <summary>Whether this process is in the foreground of its terminal, and leads its process group: in a script, others of the group write there too.</summary>
    public static bool IsOwn() => OperatingSystem.IsWindows()
        || (NativeMethods.GetForegroundGroup(StandardStream.Error) is var foreground && foreground == NativeMethods.GetProcessGroup() && foreground == Environment.ProcessId);
}
