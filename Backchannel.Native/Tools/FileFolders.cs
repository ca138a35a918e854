using Backchannel.Native.Files;

namespace Backchannel.Native.Tools;

/// <summary>The folders that files may be sent from, and the one where received files are kept.</summary>
/// <param name="Working">The working folder of this process; null: there is none.</param>
/// <param name="Home">The user's home folder; null: there is none.</param>
internal sealed record FileFolders(string? Working, string? Home)
{
    /// <summary>Where received files lie; null: nowhere.</summary>
    public string? Received => Home is null ? null : Path.Combine(Home, ".local", "share", "backchannel", "files");

    /// <summary>Folders that the MCP client declared as its roots.</summary>
    public IReadOnlyList<string> Declared { get; init; } = [];

    private static StringComparison Comparison => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>All that files may be sent from; what was received may be sent on.</summary>
    public IEnumerable<string> Sendable => Candidates.Where(folder => !IsBarred(folder));

    private IEnumerable<string> Candidates => [.. Working is null ? [] : (string[])[Working], .. Declared.Where(root => root != Working), .. Received is null ? [] : (string[])[Received]];

    /// <summary>Where a path leads: if possible, to a place without hidden parts. Null: it lies in none of the folders.</summary>
    /// <param name="path">Relative to the working folder, or absolute.</param>
    public FilePlace? Find(string path)
    {
        if ((Working is null && !Path.IsPathFullyQualified(path)) || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var full = Path.GetFullPath(path, Working ?? "/");
        FilePlace? hidden = null;
        foreach (var folder in Sendable)
        {
            if (PartsBelow(folder, full) is { } parts)
            {
                var place = new FilePlace(folder, parts);
                if (place.HiddenPart is null)
                {
                    return place;
                }

                hidden ??= place;
            }
        }

        return hidden;
    }

    /// <summary>Whether a folder holds more than one project: the root of the disk, the home folder, or one above that.</summary>
    public bool IsBarred(FileIdentity folder) => WideFolders.Any(wide => FileIdentityOf(wide) == folder);

    private IEnumerable<string> WideFolders
    {
        get
        {
            yield return "/";
            for (var folder = Home; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                yield return folder;
            }
        }
    }

    // A folder that is hidden itself holds settings and secrets of programs, such as ~/.ssh. Clients declare where they were started without asking.
    private bool IsBarred(string folder) =>
        !Path.IsPathFullyQualified(folder)
        || Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).StartsWith('.')
        || !Directory.Exists(folder)
        || (OperatingSystem.IsWindows()
            ? IsWide(WindowsFinalPath.Target(folder))
            : FileIdentityOf(folder) is not { } identity || IsBarred(identity));

    private bool IsWide(string folder) => Path.GetPathRoot(folder) == folder || (Home is not null && IsAtOrAbove(folder, Home));

    private static bool IsAtOrAbove(string folder, string other) =>
        (Path.TrimEndingDirectorySeparator(other) + Path.DirectorySeparatorChar).StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, Comparison);

    /// <summary>The parts of a path below a folder; null: it does not lie there.</summary>
    /// <param name="path">A full path without <c>..</c>.</param>
    private static string[]? PartsBelow(string folder, string path)
    {
        var start = Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar;
        if (path.StartsWith(start, Comparison))
        {
            return Parts(path[start.Length..]);
        }

        // The folder may have another name: a link leads to it, or to a folder above it. The file is opened from the folder on all the same.
        if (!OperatingSystem.IsWindows() && FileIdentityOf(folder) is { } identity)
        {
            for (var above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
            {
                if (FileIdentityOf(above) == identity)
                {
                    return Parts(path[above.Length..]);
                }
            }
        }

        return null;
    }

    private static string[]? Parts(string path) => path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } parts ? parts : null;

    private static FileIdentity? FileIdentityOf(string folder)
    {
        try
        {
            return FileIdentity.Of(FileStatus.Prepare(folder));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
