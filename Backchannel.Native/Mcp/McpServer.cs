using System.Text;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp.Tasks;

namespace Backchannel.Native.Mcp;

/// <summary>The Model Context Protocol over one connection: decides for each message whether it belongs to a session with a handshake or is stateless.</summary>
/// <remarks>
/// The decision follows "Backward Compatibility with Initialization-Based Versions" of the specification of 2026-07-28
/// (basic/versioning) and depends only on the message and on whether there was a handshake.
/// </remarks>
internal sealed class McpServer : IJsonRpcHandler
{
    private readonly LegacySession legacy;
    private readonly StatelessRequests stateless;
    private readonly Action<string> log;
    private readonly Action<string?>? metBy;

    /// <param name="instructions">What a model should know before it uses the tools.</param>
    /// <param name="tools">In the order in which they are listed.</param>
    /// <param name="prompts">Makes the prompts, in the order in which they are listed.</param>
    /// <param name="log">Takes messages for the operator, such as the stack trace of a bug.</param>
    /// <param name="calledBy">Called before each tool call with the name of the client; null when it gives none.</param>
    /// <param name="metBy">Called with the name of the client as soon as it gives one, at its first requests.</param>
    /// <param name="taskSeal">Seals the ids of tasks; null: no call becomes a task.</param>
    /// <param name="time">Null: the system's.</param>
    public McpServer(
        Implementation serverInfo,
        string instructions,
        IReadOnlyList<Tool> tools,
        Func<IReadOnlyList<Prompt>> prompts,
        Action<string> log,
        Action<string?>? calledBy = null,
        Action<string?>? metBy = null,
        TaskSeal? taskSeal = null,
        TimeProvider? time = null)
    {
        calledBy ??= static _ => { };
        var toolList = new ToolList(tools, serverInfo);
        var toolCalls = new ToolCalls(tools, serverInfo, calledBy);
        var promptMethods = new PromptMethods(prompts, serverInfo);
        legacy = new LegacySession(serverInfo, instructions, toolList, toolCalls, promptMethods);
        Func<RunningTasks>? makeTasks = taskSeal is null ? null : () => new(toolCalls, new(taskSeal), serverInfo, log, time ?? TimeProvider.System);
        stateless = new StatelessRequests(serverInfo, instructions, toolList, toolCalls, promptMethods, makeTasks, calledBy);
        this.log = log;
        this.metBy = metBy;
    }

    public bool AcceptsBatches => legacy.Negotiated is { } version && version.HasBatches();

    public bool NullForUnreadableIds => legacy.Negotiated is { } version && !version.OmitsUnreadableIds();

    public JsonRpcReply HandleRequest(in JsonRpcMessage request)
    {
        var method = Encoding.UTF8.GetString(request.Method);
        var requestParams = new RequestParams(request.Params);
        var meta = new RequestMeta(requestParams);
        if (meta.IsModern)
        {
            metBy?.Invoke(meta.ClientName);
            return request.IsBatched
                ? throw new JsonRpcException(JsonRpcErrorCode.InvalidRequest, "Version 2026-07-28 has no batches.")
                : stateless.Handle(method, requestParams, meta);
        }

        if (method == McpMethods.Initialize)
        {
            var reply = legacy.Initialize(request);
            metBy?.Invoke(legacy.ClientName);
            return reply;
        }

        if (legacy.Negotiated is { } version)
        {
            return legacy.Handle(method, requestParams, meta, version);
        }

        // Clients of the handshake versions may ping first.
        return method == McpMethods.Ping
            ? LegacySession.Ping()
            : throw McpErrors.MissingMeta(MetaKeys.ProtocolVersion, "string");
    }

    public void HandleNotification(in JsonRpcMessage notification, RequestsInFlight requests)
    {
        // The other notifications change nothing here.
        switch (Encoding.UTF8.GetString(notification.Method))
        {
            case McpMethods.Cancelled when CancelledNotification.ReadRequestId(notification.Params) is { } id:
                requests.Cancel(id);
                break;
            case McpMethods.RootsChanged:
                legacy.ForgetRoots();
                break;
        }
    }

    public void HandleFault(Exception fault) => log(fault.ToString());
}
