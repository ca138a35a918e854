using System.Globalization;
using System.Runtime.InteropServices;
using System.Net.Sockets;
using System.Text;
using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>Where the machine's private bus of one user lies, and whether it is that user's alone.</summary>
/// <remarks>
/// Derived from the home folder alone, because some MCP clients do not pass <c>XDG_*</c> on and all sessions must find one bus. Other users are
/// not trusted: in a shared folder, one of them could create the place first and run a bus in it that collects what is sent.
/// </remarks>
internal static class LocalBusFolder
{
    /// <summary>Longest path of a Unix socket in bytes: <c>sun_path</c> holds 108 with the closing zero, 104 on macOS.</summary>
    public static int MaxSocketPathBytes => OperatingSystem.IsMacOS() ? 103 : 107;

    private const string SocketName = "bus.sock";

    /// <summary>The socket's path. Nothing is created.</summary>
    /// <param name="home">The home folder; null or empty: there is none.</param>
    /// <param name="temporaryFolder">Where a private folder may be made when there is no home, or its path is too long.</param>
    /// <param name="userId">Names that folder.</param>
    public static string SocketPath(string? home, string temporaryFolder, string userId)
    {
        if (!string.IsNullOrEmpty(home))
        {
            var path = Path.Combine(home, ".local", "share", "backchannel", SocketName);
            if (Encoding.UTF8.GetByteCount(path) <= MaxSocketPathBytes)
            {
                return path;
            }
        }

        return Path.Combine(temporaryFolder, $"backchannel-{userId}", SocketName);
    }

    /// <summary>Makes the folder of the socket, or checks that the one that is there belongs to this user alone.</summary>
    /// <exception cref="BackchannelException">Others could reach what lies there.</exception>
    public static void Prepare(string folder, uint userId)
    {
        PrivateFiles.CreateFolder(folder);
        CheckFolder(folder, userId);
    }

    /// <summary>Checks that a folder, where there is one, belongs to this user alone.</summary>
    /// <exception cref="BackchannelException">Others could reach what lies there.</exception>
    public static void CheckFolder(string folder, uint userId)
    {
        var found = FileStatus.Read(folder);
        if (found is { IsLink: true } && found.OwnerId == userId)
        {
            // A link of the user, to a larger disk for example: the folder behind it counts.
            found = FileStatus.Read(folder, followLinks: true);
        }

        switch (found)
        {
            case null:
                break;
            case { IsFolder: false } other:
                throw NotPrivate($"{folder} is {other.TypeName}, and the local bus needs a folder there. Remove it");
            case { OwnerId: var owner } when owner != userId:
                throw NotPrivate(
                    $"{folder} belongs to another user of this machine ({Name(owner)}), and so might a bus in it. "
                    + "Have it removed, or set HOME to a folder of your own with a short path");
            case { RightsOfOthers: not 0 }:
                throw NotPrivate($"{folder} can be opened by other users of this machine. Make it yours alone: chmod 700 '{folder}'");
        }
    }

    /// <summary>Whether a socket of this user lies there, in a folder of this user alone.</summary>
    /// <exception cref="BackchannelException">Something else lies there.</exception>
    public static bool HasSocket(string path, uint userId)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        CheckFolder(Path.GetDirectoryName(path)!, userId);
        return FileStatus.Read(path) switch
        {
            null => false,
            { IsSocket: false } other => throw NotPrivate($"{path} is {other.TypeName} and no socket. The local bus listens there: move it away"),
            { OwnerId: var owner } when owner != userId => throw NotPrivate(
                $"{path} was made by another user of this machine ({Name(owner)}), and so might be the bus behind it. Remove it"),
            _ => true,
        };
    }

    /// <summary>Checks which user listens at the other end: the folder could have changed since it was checked.</summary>
    /// <exception cref="BackchannelException">Another user's process.</exception>
    public static void CheckPeer(Socket connected, string path, uint userId)
    {
        if (!OperatingSystem.IsWindows() && PeerOf(connected) is var peer && peer != userId)
        {
            throw NotPrivate($"the bus at {path} is run by another user of this machine ({Name(peer)}). Have it ended, and remove {path}");
        }
    }

    /// <summary>Whether a user's own process listens at the other end; on Windows nobody tells.</summary>
    public static bool IsOfUser(Socket connected, uint userId) => OperatingSystem.IsWindows() || PeerOf(connected) == userId;

    /// <summary>The process that listens at the other end: <c>SO_PEERCRED</c>, on macOS <c>LOCAL_PEERPID</c>.</summary>
    public static int ProcessOf(Socket connected)
    {
        var (level, option, size) = OperatingSystem.IsMacOS() ? (0, 2, 4) : (1, 17, 12);
        Span<byte> credentials = stackalloc byte[size];
        connected.GetRawSocketOption(level, option, credentials);
        return MemoryMarshal.Read<int>(credentials);
    }

    /// <summary>The user who listens at the other end: <c>SO_PEERCRED</c>, on macOS <c>LOCAL_PEERCRED</c>.</summary>
    private static uint PeerOf(Socket connected)
    {
        var (level, option, size) = OperatingSystem.IsMacOS() ? (0, 1, 76) : (1, 17, 12);
        Span<byte> credentials = stackalloc byte[size];
        connected.GetRawSocketOption(level, option, credentials);

        // struct ucred { pid, uid, gid } and struct xucred { version, uid, … }.
        return MemoryMarshal.Read<uint>(credentials[sizeof(uint)..]);
    }

    private static string Name(uint userId) => userId == 0 ? "root" : string.Create(CultureInfo.InvariantCulture, $"user id {userId}");

    private static BackchannelException NotPrivate(string message) => new(message) { Code = FaultCodes.NotPrivate };
}
