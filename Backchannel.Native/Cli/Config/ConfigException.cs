namespace Backchannel.Native.Cli.Config;

/// <summary>A client's file cannot be read or edited; exit code <see cref="ExitCode.Failed"/>.</summary>
/// <param name="message">Names the file, what is wrong with it, and what to do.</param>
internal sealed class ConfigException(string message) : Exception(message);
