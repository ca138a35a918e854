namespace Backchannel.Native.Cli;

/// <summary>Lets a process without <c>HOME</c>, as in a container, make HTTPS requests.</summary>
internal static class HomelessProcess
{
    /// <summary>Gives the runtime a <c>HOME</c> where there is none.</summary>
    /// <param name="environment">Looks a variable of this process up.</param>
    /// <returns>The same look-up, under which <c>HOME</c> is what it was before: our own folders must not land in one that nobody gave us.</returns>
    /// <remarks>
    /// Without <c>HOME</c> and without an entry in <c>/etc/passwd</c> every HTTPS request of a .NET program fails, whatever trust store it uses. The
    /// folder need neither exist nor be writable.
    /// </remarks>
    public static Func<string, string?> Prepare(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows() || !string.IsNullOrEmpty(environment(EnvironmentVariables.Home)))
        {
            return environment;
        }

        Environment.SetEnvironmentVariable(EnvironmentVariables.Home, "/");
        return name => name == EnvironmentVariables.Home ? null : environment(name);
    }
}
