using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>The extension <c>io.modelcontextprotocol/tasks</c> of the stateless version: a call that waits is answered with a task, which the client then polls.</summary>
internal static class TasksExtension
{
    /// <summary>Its member of <c>extensions</c> in the capabilities of both sides; it has no settings.</summary>
    public const string Key = "io.modelcontextprotocol/tasks";

    /// <summary>How often a client should poll. A poll costs no request to the bus, and all waits of a process share a few; the result is told at the first poll after it came.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(750);

    /// <summary>A task that nobody polls for so long is no longer waited for.</summary>
    public static readonly TimeSpan Patience = 3 * PollInterval;

    /// <param name="meta">Of a request whose client capabilities are an object.</param>
    public static bool IsDeclared(RequestMeta meta)
    {
        var extensions = JsonMember.Find(meta.ClientCapabilities.Value, "extensions");
        return extensions.IsObject && JsonMember.Find(extensions.Value, Key).IsObject;
    }

    /// <exception cref="JsonRpcException">The request does not declare the extension.</exception>
    public static void Require(RequestMeta meta)
    {
        if (!IsDeclared(meta))
        {
            throw new JsonRpcException(
                McpErrorCode.MissingClientCapability,
                $"This request needs the client capability extensions[\"{Key}\"].",
                ReadableJson.Write(static json =>
                {
                    json.WriteStartObject();
                    json.WriteStartObject("requiredCapabilities"u8);
                    json.WriteStartObject("extensions"u8);
                    json.WriteStartObject(Key);
                    json.WriteEndObject();
                    json.WriteEndObject();
                    json.WriteEndObject();
                    json.WriteEndObject();
                }));
        }
    }

    public static JsonRpcException UnknownTask() =>
        new(JsonRpcErrorCode.InvalidParams, "Unknown task: this server made no such taskId, made it with another key, or it has expired.");
}
