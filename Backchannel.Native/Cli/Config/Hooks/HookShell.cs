namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>The shell through which a client runs the command lines of its hooks.</summary>
internal enum HookShell
{
    /// <summary><c>sh</c> and its like.</summary>
    Posix,

    PowerShell,

    /// <summary><c>cmd.exe</c>.</summary>
    Command,
}
