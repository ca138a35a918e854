namespace Backchannel.Native.Cli;

/// <summary>How much goes to standard error; the names are those of the Python package.</summary>
internal enum LogLevel
{
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}
