using System.Runtime.InteropServices;

namespace Backchannel.Native.Bus.Connections;

/// <summary>The number of connections that this process's limit of open files allows.</summary>
/// <remarks>
/// Each connection takes one open file; at the limit a bus can accept none. Every process may raise its usual limit of 1,024 files up to
/// the hard limit; a natively compiled program has to do this itself.
/// </remarks>
internal static partial class FileLimit
{
    // For the database, the log, webhooks, and connections that are being refused.
    private const int Reserve = 128;

    private const int ReservedPart = 10;

    // macOS refuses a larger soft limit, whatever the hard limit is.
    private const ulong MostOnMacOS = 10_240;

    /// <summary>Raises the limit of open files for this many connections, as far as the system allows.</summary>
    /// <returns>The number of connections that the limit allows now, at most <paramref name="wanted"/>.</returns>
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

    /// <summary>The number of connections that a limit of open files allows; negative for none.</summary>
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
