namespace Backchannel.Native.Mcp;

/// <summary>How the levels are spelled.</summary>
internal static class LoggingLevels
{
    /// <summary>Null for anything but the eight names in lower case.</summary>
    public static LoggingLevel? Parse(string? name) => name switch
    {
        "debug" => LoggingLevel.Debug,
        "info" => LoggingLevel.Info,
        "notice" => LoggingLevel.Notice,
        "warning" => LoggingLevel.Warning,
        "error" => LoggingLevel.Error,
        "critical" => LoggingLevel.Critical,
        "alert" => LoggingLevel.Alert,
        "emergency" => LoggingLevel.Emergency,
        _ => null,
    };
}
