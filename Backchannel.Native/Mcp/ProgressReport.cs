using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The progress messages of one request.</summary>
/// <param name="token">The caller's token as JSON.</param>
internal sealed class ProgressReport(JsonRpcRequest request, ReadOnlyMemory<byte> token, ProtocolVersion version)
{
    private int count;

    /// <summary>Sends a message unless the request is over.</summary>
    public ValueTask SendAsync(string message, CancellationToken cancellationToken)
    {
        request.Notify(McpMethods.Progress, json => Write(json, message));
        return ValueTask.CompletedTask;
    }

    /// <remarks>Counts under the writer's lock: progress must grow in the order in which it is sent.</remarks>
    private void Write(Utf8JsonWriter json, string message)
    {
        json.WriteStartObject();
        json.WritePropertyName("progressToken"u8);
        json.WriteRawValue(token.Span, skipInputValidation: true);
        json.WriteNumber("progress"u8, ++count);
        if (version.HasProgressMessage())
        {
            json.WriteString("message"u8, message);
        }

        json.WriteEndObject();
    }
}
