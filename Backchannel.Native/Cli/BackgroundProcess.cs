using System.Globalization;

namespace Backchannel.Native.Cli;

/// <summary>Cuts a bus loose from the session that started it, so that it survives that session and nobody waits for it.</summary>
internal static class BackgroundProcess
{
    private const string DescriptorsFolder = "/proc/self/fd";
    private const string DescriptorsFolderOfMacOS = "/dev/fd";

    /// <summary>How many are tried where the system does not list them.</summary>
    private const int TriedDescriptors = 1024;

    /// <summary>Leaves the starter's terminal and process group: signals meant for them no longer arrive here.</summary>
    public static void LeaveSession()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NativeMethods.StartSession();
        }
    }

    /// <summary>Closes what was open in the starter beside the standard streams, and in whoever started that: pipes and locks.</summary>
    /// <remarks>
    /// Whoever reads such a pipe to its end, or wants such a lock, would wait for as long as the bus runs. To be called before this process opens
    /// anything that its own children may inherit.
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

            // The runtime sets the flag for all that it opens, and nothing that has it is inherited.
            if (flags >= 0 && (flags & NativeMethods.CloseOnExecute) == 0)
            {
                _ = NativeMethods.Close(descriptor);
            }
        }
    }

    /// <summary>Points the three standard streams at nothing; the starter's pipes break when it ends.</summary>
    public static void LeaveStandardStreams()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        for (var descriptor = StandardStream.Input; descriptor <= StandardStream.Error; descriptor++)
        {
            StandardDescriptors.PointNowhere(descriptor);
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
