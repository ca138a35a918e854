using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The log messages of a session with a handshake: only those a client asked for with <c>logging/setLevel</c>.</summary>
internal sealed class SessionLog
{
    private const LoggingLevel Nothing = (LoggingLevel)int.MaxValue;

    // Written by the read loop, read by calls in flight.
    private volatile LoggingLevel leastSevere = Nothing;

    public void SendFrom(LoggingLevel level) => leastSevere = level;

    /// <summary>Tells the client about a bug in a tool, before its request is answered. The details are only for the operator.</summary>
    public void ReportFault(JsonRpcRequest request, string toolName)
    {
        if (leastSevere > LoggingLevel.Error)
        {
            return;
        }

        request.Notify(McpMethods.LogMessage, json =>
        {
            json.WriteStartObject();
            json.WriteString("level"u8, "error"u8);
            json.WriteString("logger"u8, toolName);
            json.WriteString("data"u8, "The tool failed unexpectedly; standard error has the details."u8);
            json.WriteEndObject();
        });
    }
}
