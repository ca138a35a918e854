using Backchannel.Native.Files;

namespace Backchannel.Native.Cli;

/// <summary>The file in which libpq and Npgsql look for passwords: https://www.postgresql.org/docs/current/libpq-pgpass.html</summary>
internal static class PasswordFile
{
    /// <summary>Refuses a file that others may read, which libpq passes over and Npgsql does not.</summary>
    /// <exception cref="SettingsException">Others may read it.</exception>
    public static void RequirePrivate(Func<string, string?> environment)
    {
        var path = environment("PGPASSFILE") ?? (environment("HOME") is { } home ? Path.Combine(home, ".pgpass") : "");
        if (string.IsNullOrEmpty(environment("PGPASSWORD")) && FileStatus.Read(path, followLinks: true) is { IsRegularFile: true, RightsOfOthers: not UnixFileMode.None })
        {
            throw new SettingsException($"Other users of this machine may read the passwords in {path}. Change that: chmod 600 {path}");
        }
    }
}
