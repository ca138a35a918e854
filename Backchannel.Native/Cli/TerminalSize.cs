namespace Backchannel.Native.Cli;

/// <summary>The size of the terminal at standard error.</summary>
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
}
