namespace Backchannel.Native.Mcp;

/// <summary>Severity of a log message as in RFC 5424, least severe first.</summary>
internal enum LoggingLevel
{
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}
