namespace Backchannel.Native.Cli.Config;

/// <summary>A path with every link in it followed: those of its folders, too.</summary>
internal static class LinkPath
{
    /// <summary>As many as Linux follows.</summary>
    private const int MaxLinks = 40;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>What <c>realpath</c> gives, also where the last names do not exist yet.</summary>
    /// <param name="path">A full path.</param>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public static string Resolve(string path)
    {
        var resolved = Path.GetPathRoot(path)!;
        var rest = new Stack<string>();
        Push(path);
        for (var links = 0; rest.TryPop(out var name);)
        {
            if (name == "..")
            {
                // Every link before it has been followed, so the folder around is the one by name.
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            var next = Path.Combine(resolved, name);
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (entry.LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException("its links lead in a circle");
            }

            resolved = Path.IsPathFullyQualified(target) ? Path.GetPathRoot(target)! : resolved;
            Push(target);
        }

        return resolved;

        void Push(string names)
        {
            foreach (var name in names[(Path.GetPathRoot(names)?.Length ?? 0)..].Split(Separators).Reverse())
            {
                if (name is not ("" or "."))
                {
                    rest.Push(name);
                }
            }
        }
    }
}
