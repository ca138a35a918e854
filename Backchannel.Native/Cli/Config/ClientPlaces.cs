namespace Backchannel.Native.Cli.Config;

/// <summary>The folders in which clients keep their files on this system.</summary>
/// <param name="System">Which system's habits hold.</param>
/// <param name="Home">The user's home folder; <c>~</c> when it is only to be shown.</param>
/// <param name="Environment">Looks a variable up; null when it is not set.</param>
internal sealed record ClientPlaces(OperatingSystemFamily System, string Home, Func<string, string?> Environment)
{
    /// <summary>The places on this machine; null when the home folder is not known.</summary>
    public static ClientPlaces? OfThisMachine(string? home, Func<string, string?> environment)
    {
        var system = OperatingSystem.IsWindows() ? OperatingSystemFamily.Windows
            : OperatingSystem.IsMacOS() ? OperatingSystemFamily.MacOS
            : OperatingSystemFamily.Linux;
        return home is null ? null : new(system, home, environment);
    }

    /// <summary>Places that are only shown, since the home folder is not known.</summary>
    public static ClientPlaces Shown { get; } = new(OperatingSystemFamily.Linux, "~", static _ => null);

    /// <summary>A file below the home folder.</summary>
    public string InHome(params IEnumerable<string> parts) => Path.Combine([Home, .. parts]);

    /// <summary>A file below a folder that a variable may name.</summary>
    public string InFolderOf(string variable, string defaultFolder, params IEnumerable<string> parts) =>
        Path.Combine([Variable(variable) ?? InHome(defaultFolder), .. parts]);

    /// <summary>A file of a program that follows the XDG rules everywhere but on Windows.</summary>
    public string InXdgConfig(params IEnumerable<string> parts) => InFolderOf("XDG_CONFIG_HOME", ".config", parts);

    /// <summary>A file below the folder for settings of desktop programs.</summary>
    public string InApplicationData(params IEnumerable<string> parts) => System switch
    {
        OperatingSystemFamily.Windows => InFolderOf("APPDATA", Path.Combine("AppData", "Roaming"), parts),
        OperatingSystemFamily.MacOS => InHome(["Library", "Application Support", .. parts]),
        _ => InXdgConfig(parts),
    };

    /// <summary>The full path that a variable holds; null when it holds none.</summary>
    public string? Variable(string name) => Environment(name) is { Length: > 0 } path && Path.IsPathFullyQualified(path) ? path : null;
}

/// <summary>The systems whose clients keep their files in different places.</summary>
internal enum OperatingSystemFamily
{
    Linux,
    MacOS,
    Windows,
}
