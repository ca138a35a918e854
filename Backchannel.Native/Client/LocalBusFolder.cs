using System.Text;

namespace Backchannel.Native.Client;

/// <summary>Where the machine's private bus of one user lies.</summary>
/// <remarks>Found from the home folder alone: some MCP clients pass no <c>XDG_*</c> variable on, and two sessions must meet.</remarks>
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
    public static void Prepare(string folder)
    {
        PrivateFiles.CreateFolder(folder);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // In a folder for everybody somebody else may have made it first, or a link in its place.
        const UnixFileMode Others = (UnixFileMode)0b000_111_111;
        var isLink = new DirectoryInfo(folder).LinkTarget is not null;
        if (isLink || (File.GetUnixFileMode(folder) & Others) != 0 || !IsOwn(folder))
        {
            throw new BackchannelException($"{folder} must be a folder that only you can open (mode 0700); remove it or change its mode")
            {
                Code = FaultCodes.Unreachable,
            };
        }
    }

    /// <summary>Only its owner may set a folder's mode, even to what it is.</summary>
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static bool IsOwn(string folder)
    {
        try
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
