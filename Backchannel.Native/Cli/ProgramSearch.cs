namespace Backchannel.Native.Cli;

/// <summary>Whether a program can be found as a start of it would look for it.</summary>
internal static class ProgramSearch
{
    /// <param name="folder">Where the program would run.</param>
    /// <param name="environment">Looks a variable up.</param>
    public static bool Finds(string program, string folder, Func<string, string?> environment)
    {
        if (program.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar))
        {
            return IsProgram(Path.GetFullPath(program, folder));
        }

        string[] endings = OperatingSystem.IsWindows() ? ["", .. (environment("PATHEXT") ?? ".EXE").Split(';')] : [""];
        var folders = environment(EnvironmentVariables.Path)?.Split(Path.PathSeparator) ?? [];
        return folders.Any(place => endings.Any(ending => IsProgram(Path.Combine(Path.GetFullPath(place.Length == 0 ? "." : place, folder), program + ending))));
    }

    /// <summary>Where a command is that is only named. Folders of PATH that are no full paths are passed over: what lies in the working folder is not the user's.</summary>
    /// <returns>Null: it is in none of them.</returns>
    public static string? Find(string name, Func<string, string?> environment) =>
        (environment(EnvironmentVariables.Path)?.Split(Path.PathSeparator) ?? [])
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(IsProgram);

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
