using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>The version without a handshake: each request is complete in itself, and nothing is kept for the next.</summary>
internal sealed class StatelessRequests(
    Implementation serverInfo,
    string instructions,
    ToolList toolList,
    ToolCalls toolCalls,
    PromptMethods prompts,
    Func<RunningTasks>? makeTasks,
    Action<string?> calledBy)
{
    private const ProtocolVersion Version = ProtocolVersion.V2026_07_28;

    private readonly Subscriptions subscriptions = new(serverInfo);
    private RunningTasks? madeTasks;

    /// <summary>Null: this server makes none.</summary>
    private RunningTasks? Tasks => madeTasks ??= makeTasks?.Invoke();

    private TaskMethods TaskMethods => new(Tasks!, serverInfo, calledBy);

    /// <exception cref="JsonRpcException">The envelope is wrong, there is no such method, or its parameters are wrong.</exception>
    public JsonRpcReply Handle(string method, in RequestParams requestParams, RequestMeta meta)
    {
        CheckEnvelope(meta);
        return method switch
        {
            McpMethods.Discover => Discover(),
            McpMethods.ListTools => toolList.Reply(requestParams, Version),
            McpMethods.CallTool => toolCalls.Start(
                requestParams, meta, Version, null, meta.ClientName, InputRoots.Read(requestParams, meta), TasksExtension.IsDeclared(meta) ? Tasks : null),
            McpMethods.GetTask when makeTasks is not null => TaskMethods.Get(requestParams, meta),
            McpMethods.UpdateTask when makeTasks is not null => TaskMethods.Update(requestParams, meta),
            McpMethods.CancelTask when makeTasks is not null => TaskMethods.Cancel(requestParams, meta),
            McpMethods.ListPrompts => prompts.List(requestParams, Version),
            McpMethods.GetPrompt => prompts.Get(requestParams, Version),
            McpMethods.Complete => prompts.Complete(requestParams, Version),
            McpMethods.Listen => subscriptions.Start(requestParams, meta, makeTasks is null ? null : () => Tasks!),
            _ => throw McpErrors.MethodNotFound(method),
        };
    }

    /// <remarks>The order decides which error is answered: version given, version served, capabilities, log level.</remarks>
    private static void CheckEnvelope(RequestMeta meta)
    {
        var version = meta.ProtocolVersion;
        if (!version.IsString)
        {
            throw McpErrors.MissingMeta(MetaKeys.ProtocolVersion, "string");
        }

        if (version.Text is not ProtocolVersions.Modern)
        {
            throw McpErrors.UnsupportedProtocolVersion(version.Value);
        }

        if (!meta.ClientCapabilities.IsObject)
        {
            throw McpErrors.MissingMeta(MetaKeys.ClientCapabilities, "object");
        }

        if (meta.LogLevel is { Exists: true } level && LoggingLevels.Parse(level.Text) is null)
        {
            throw McpErrors.UnknownLoggingLevel();
        }
    }

    private JsonRpcReply Discover() =>
        JsonRpcReply.Now(ReadableJson.Write(json => DiscoverResult.Write(json, serverInfo, instructions, hasTasks: makeTasks is not null)));
}
