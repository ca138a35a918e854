namespace Backchannel.Native.Cli;

/// <summary>The program cannot start with these settings; exit code <see cref="ExitCode.WrongUsage"/>.</summary>
/// <param name="message">Names the option or variable, what came, and what is allowed.</param>
internal sealed class SettingsException(string message) : Exception(message);
