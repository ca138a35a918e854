using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Support.Postgres;

/// <summary>PostgreSQL's programs on this machine, and the user that runs them.</summary>
internal static class PostgresPrograms
{
    /// <summary>Where Debian's packages put them: a folder per version. They are not on the PATH.</summary>
    private const string Packages = "/usr/lib/postgresql";

    private static readonly string? Folder = FindFolder();

    /// <summary>Why no server can be started here; null if one can.</summary>
    public static string? Obstacle { get; } =
        OperatingSystem.IsWindows() ? "not run: the tests start PostgreSQL on Linux and macOS only"
        : Folder is null ? "not run: PostgreSQL is not installed (on Debian or Ubuntu: apt-get install postgresql)"
        : FileStatus.OwnUserId == 0 ? ProgramOnPath.Obstacle("setpriv")
        : null;

    /// <summary>Who owns a server's files. PostgreSQL does not run as root.</summary>
    /// <value>Null: the user of the tests.</value>
    public static (string Name, string Group)? User { get; } =
        OperatingSystem.IsWindows() || FileStatus.OwnUserId != 0 ? null
        : File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? ("postgres", "postgres")
        : ("nobody", "nogroup");

    public static string Path(string program) => System.IO.Path.Combine(Folder!, program);

    /// <summary>The words that run a program as the owner of a server's files.</summary>
    public static IReadOnlyList<string> AsOwner(string program, params IEnumerable<string> arguments) =>
        [.. User is { } user ? (string[])["setpriv", $"--reuid={user.Name}", $"--regid={user.Group}", "--clear-groups"] : [], Path(program), .. arguments];

    /// <summary>Runs a program as the owner of a server's files, to its end.</summary>
    public static async Task RunAsOwnerAsync(string program, params IEnumerable<string> arguments)
    {
        var words = AsOwner(program, arguments);
        // Whoever owns the files may not enter the folder in which the tests run.
        var run = await ProgramRun.RunAsync(words[0], words.Skip(1), folder: "/");
        Assert.True(run.ExitCode == 0, $"{program} ended with {run.ExitCode}: {run.Output}{run.Errors}");
    }

    private static string? FindFolder()
    {
        var packaged = Directory.Exists(Packages)
            ? Directory.EnumerateDirectories(Packages)
                .Where(version => File.Exists(System.IO.Path.Combine(version, "bin", "initdb")))
                .OrderByDescending(version => int.TryParse(System.IO.Path.GetFileName(version), out var number) ? number : 0)
                .Select(version => System.IO.Path.Combine(version, "bin"))
            : [];
        return packaged.FirstOrDefault() ?? System.IO.Path.GetDirectoryName(ProgramOnPath.Find("initdb"));
    }
}
