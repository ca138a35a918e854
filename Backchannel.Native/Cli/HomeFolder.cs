using Backchannel.Native.Files;

namespace Backchannel.Native.Cli;

/// <summary>The user's home folder: what <c>HOME</c> says, else what the user database of the machine says.</summary>
/// <remarks>Some MCP clients do not pass <c>HOME</c> on, and sessions with and without it must meet on one bus with one key.</remarks>
internal static class HomeFolder
{
    private const string Correction = "Write your home folder there, beginning with '/', in the configuration of whatever starts this program; or remove it there.";

    /// <param name="environment">Looks a variable up.</param>
    /// <param name="ofUserDatabase">The user's own folder in the user database; null: there is none.</param>
    /// <returns>The folder, null where there is none; and what the user should know about it.</returns>
    /// <exception cref="SettingsException"><c>HOME</c> says something that is no folder.</exception>
    public static (string? Path, IReadOnlyList<string> Warnings) Find(Func<string, string?> environment, Func<string?> ofUserDatabase)
    {
        var text = environment(EnvironmentVariables.Home);
        if (OperatingSystem.IsWindows())
        {
            return (NotEmpty(text) ?? NotEmpty(environment(EnvironmentVariables.WindowsHome)), []);
        }

        if (NotEmpty(text) is not { } home)
        {
            var found = ofUserDatabase();
            return (found, text is null || found is null ? [] : [$"{EnvironmentVariables.Home} is empty; {found}, the home folder in the user database, is used."]);
        }

        if (!Path.IsPathFullyQualified(home))
        {
            throw new SettingsException($"{EnvironmentVariables.Home} is '{home}', which is not a full path. {Correction}");
        }

        return FileStatus.Read(home, followLinks: true) is { IsFolder: false } other
            ? throw new SettingsException($"{EnvironmentVariables.Home} is '{home}', which is {other.TypeName}, not a folder. {Correction}")
            : (home, []);
    }

    /// <summary>The folder in the user database, if it exists and belongs to the user of this process.</summary>
    /// <remarks>Call it only when <c>HOME</c> is missing: the runtime reads <c>HOME</c> first.</remarks>
    public static string? OfUserDatabase()
    {
        // The runtime returns "/" when the database has no entry.
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return folder is not ("" or "/") && FileStatus.Read(folder, followLinks: true) is { IsFolder: true, OwnerId: var owner } && owner == FileStatus.OwnUserId
            ? folder
            : null;
    }

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
