namespace Backchannel.Native.Cli;

/// <summary>Cuts a bus loose from the session that started it, so that it survives that session.</summary>
internal static class BackgroundProcess
{
    /// <summary>Leaves the starter's terminal and process group: signals meant for them no longer arrive here.</summary>
    public static void LeaveSession()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NativeMethods.StartSession();
        }
    }

    /// <summary>Points the three standard streams at nothing; the starter's pipes break when it ends.</summary>
    public static void LeaveStandardStreams()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var nowhere = NativeMethods.Open("/dev/null", NativeMethods.ReadWrite);
        if (nowhere < 0)
        {
            return;
        }

        for (var descriptor = 0; descriptor <= 2; descriptor++)
        {
            _ = NativeMethods.Duplicate(nowhere, descriptor);
        }
    }
}
