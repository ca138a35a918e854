using System.Runtime.InteropServices;

namespace Backchannel.Native.Bus.Connections;

/// <summary>How many connections the number of files that this process may open allows.</summary>
/// <remarks>
/// A bus without a file left for its next connection would serve nobody. The usual limit of 1,024 files can be raised by every process up to
/// the hard limit, which a natively compiled program has to do itself.
/// </remarks>
internal static partial class FileLimit
{
    // For the database, the log, webhooks, and connections that are being turned away.
    private const int Reserve = 128;

    private const int ReservedPart = 10;

    // More than that macOS refuses, whatever the hard limit says.
    private const ulong MostOnMacOS = 10_240;

    /// <summary>Makes room for connections, as far as that is allowed.</summary>
    /// <returns>How many there is room for, at most <paramref name="wanted"/>.</returns>
    public static int MakeRoomFor(int wanted)
    {
        var resource = OperatingSystem.IsMacOS() ? 8 : 7;
        if (OperatingSystem.IsWindows() || Get(resource, out var limit) != 0)
        {
            return wanted;
        }

        var needed = (ulong)wanted + ((ulong)wanted / (ReservedPart - 1)) + Reserve + 1;
        var reachable = Math.Min(Math.Min(needed, limit.Hard), OperatingSystem.IsMacOS() ? MostOnMacOS : ulong.MaxValue);
        if (reachable > limit.Soft && Set(resource, new Limit { Soft = reachable, Hard = limit.Hard }) == 0)
        {
            limit.Soft = reachable;
        }

        return (int)Math.Clamp(RoomWith(limit.Soft), 1, wanted);
    }

    /// <summary>How many connections a number of files has room for; negative for none.</summary>
    private static long RoomWith(ulong files)
    {
        var most = (long)Math.Min(files, int.MaxValue);
        return most - (most / ReservedPart) - Reserve;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
