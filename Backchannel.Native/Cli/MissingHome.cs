namespace Backchannel.Native.Cli;

/// <summary>Lets a process without <c>HOME</c>, as in a container, make HTTPS requests.</summary>
internal static class MissingHome
{
    /// <summary>Gives the runtime a <c>HOME</c> where there is none.</summary>
    /// <param name="environment">Looks a variable of this process up.</param>
    /// <returns>
    /// The same look-up, under which <c>HOME</c> is what it was before; and the user's own folder in the user database, looked up only where
    /// <c>HOME</c> is missing.
    /// </returns>
    /// <remarks>
    /// Without <c>HOME</c> and without an entry in <c>/etc/passwd</c> every HTTPS request of a .NET program fails, whatever trust store it uses. The
    /// folder need neither exist nor be writable. The look-up still reports <c>HOME</c> as missing, so that this program keeps no files there.
    /// </remarks>
    public static (Func<string, string?> Environment, Func<string?> UserHome) Prepare(Func<string, string?> environment)
    {
        var given = environment(EnvironmentVariables.Home);
        if (OperatingSystem.IsWindows() || !string.IsNullOrEmpty(given))
        {
            return (environment, static () => null);
        }

        var home = HomeFolder.OfUserDatabase();
        Environment.SetEnvironmentVariable(EnvironmentVariables.Home, home ?? "/");
        return (name => name == EnvironmentVariables.Home ? given : environment(name), () => home);
    }
}
