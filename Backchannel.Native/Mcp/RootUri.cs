namespace Backchannel.Native.Mcp;

/// <summary>The URI of a root, a folder of this machine.</summary>
internal static class RootUri
{
    private const string Scheme = "file://";
    private const string ThisMachine = "localhost";

    /// <summary>The folder as a full path; null: the URI names none.</summary>
    /// <remarks>Read by hand: many clients only put the scheme before the path, and <c>?</c> and <c>#</c> are then part of its name.</remarks>
    public static string? ToFolder(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var path = Uri.UnescapeDataString(uri[Scheme.Length..]);
        if (path.StartsWith(ThisMachine + "/", StringComparison.OrdinalIgnoreCase))
        {
            path = path[ThisMachine.Length..];
        }

        if (OperatingSystem.IsWindows())
        {
            path = OnWindows(path);
        }

        return Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal)
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
            : null;
    }

    /// <summary><c>/C:/folder</c>, <c>C:\folder</c> as sloppy clients write it, or <c>server/share/folder</c>. Devices (<c>\\.\</c>, <c>\\?\</c>) are none.</summary>
    private static string OnWindows(string path) =>
        path.StartsWith('/') ? path[1..]
        : path is [_, ':', ..] or ['.' or '?', ..] ? path
        : @"\\" + path;
}
