using System.Diagnostics;
using System.Globalization;

namespace Backchannel.Native.Cli;

/// <summary>Detaches a bus from the session that started it: the bus survives the session, and nothing waits for the bus.</summary>
internal static class BackgroundProcess
{
    private const string DescriptorsFolder = "/proc/self/fd";
    private const string DescriptorsFolderOfMacOS = "/dev/fd";

    /// <summary>How many descriptors are tried where the system does not list the open ones.</summary>
    private const int TriedDescriptors = 1024;

    /// <summary>Leaves the starter's terminal and process group, so that their signals do not reach this process.</summary>
    public static void LeaveSession()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NativeMethods.StartSession();
        }
    }

    /// <summary>Starts this program again, with the standard streams of this process. Once this process has ended, the new one is nobody's child.</summary>
    /// <remarks>Some MCP clients end all processes below the servers that they started, whatever their group and session. What has no parent is not among them.</remarks>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static void StartAgain(string executable, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(executable, arguments) { UseShellExecute = false })?.Dispose();

    /// <summary>Closes the pipes and locks that this process inherited, except the standard streams.</summary>
    /// <remarks>
    /// While the bus held them, the reader of such a pipe would get no end of input and nobody else would get such a lock. Call it before this
    /// process opens anything that its own children may inherit.
    /// </remarks>
    public static void LeaveInheritedDescriptors()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var descriptor in Descriptors().Where(descriptor => descriptor > StandardStream.Error))
        {
            var flags = NativeMethods.Control(descriptor, NativeMethods.GetDescriptorFlags);

            // A descriptor with the flag was not inherited: the runtime sets the flag on all that it opens.
            if (flags >= 0 && (flags & NativeMethods.CloseOnExecute) == 0)
            {
                _ = NativeMethods.Close(descriptor);
            }
        }
    }

    /// <summary>Points the three standard streams at /dev/null: the starter's pipes break when the starter ends.</summary>
    public static void LeaveStandardStreams()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        for (var descriptor = StandardStream.Input; descriptor <= StandardStream.Error; descriptor++)
        {
            StandardDescriptors.PointAtNull(descriptor);
        }
    }

    private static int[] Descriptors()
    {
        var folder = OperatingSystem.IsMacOS() ? DescriptorsFolderOfMacOS : DescriptorsFolder;
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder).Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))]
            : [.. Enumerable.Range(0, TriedDescriptors)];
    }
}
