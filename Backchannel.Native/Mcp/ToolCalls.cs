using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp.Tasks;

namespace Backchannel.Native.Mcp;

/// <summary>Serves <c>tools/call</c>.</summary>
internal sealed class ToolCalls
{
    private readonly Dictionary<string, Tool> tools;
    private readonly Implementation serverInfo;
    private readonly Action<string?> calledBy;

    /// <param name="calledBy">Called before each tool call with the name of the client; null when it gives none.</param>
    public ToolCalls(IReadOnlyList<Tool> tools, Implementation serverInfo, Action<string?> calledBy)
    {
        this.tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);
        this.serverInfo = serverInfo;
        this.calledBy = calledBy;
    }

    /// <param name="session">Tells the client about a bug in a tool; null for a stateless request.</param>
    /// <param name="clientName">The name of the client; null when it gives none.</param>
    /// <param name="roots">Null when the client has not declared roots.</param>
    /// <param name="tasks">Takes a call that has to wait; null: the request takes no tasks.</param>
    /// <exception cref="JsonRpcException">The request is malformed, or there is no such tool.</exception>
    public JsonRpcReply Start(
        in RequestParams requestParams,
        RequestMeta meta,
        ProtocolVersion version,
        SessionLog? session,
        string? clientName,
        IRootSource? roots,
        RunningTasks? tasks = null)
    {
        var (name, arguments) = CallToolRequestParams.Read(requestParams);
        if (!tools.TryGetValue(name, out var tool))
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, $"Unknown tool: {Excerpt.Of(name)}");
        }

        calledBy(clientName);
        var (progressToken, traceParent) = (meta.ProgressToken, meta.TraceParent);
        var threadId = tool.Watch is null ? null : meta.ThreadId;
        return JsonRpcReply.Later(request =>
        {
            var progress = progressToken.IsEmpty ? null : new ProgressReport(request, progressToken, version);
            return tasks?.MayTake(tool, arguments) is true
                ? tasks.CallAsync(tool, arguments, request, CallAsync)
                : CallAsync(null, request.Cancelled);

            Task<ReadOnlyMemory<byte>> CallAsync(TaskWait? task, CancellationToken cancellationToken)
            {
                var call = new ToolCall(progress is null ? null : progress.SendAsync, traceParent, request.InputEnded)
                {
                    ThreadId = threadId,
                    ListRootsAsync = cancellationToken => roots?.ListAsync(request, cancellationToken) ?? Task.FromResult(RootList.None),
                    Task = task,
                };
                return this.CallAsync(tool, arguments, call, version, () => session?.ReportFault(request, tool.Name), cancellationToken);
            }
        });
    }

    /// <returns>Null: there is no such tool.</returns>
    public Tool? Find(string name) => tools.GetValueOrDefault(name);

    /// <summary>Goes on with a call that was answered with a task.</summary>
    /// <returns>What the answer to the call would have been.</returns>
    public Task<ReadOnlyMemory<byte>> ResumeAsync(
        Tool tool, JsonElement arguments, TaskWait task, CancellationToken inputEnded, CancellationToken cancellationToken) =>
        CallAsync(tool, arguments, new(null, null, inputEnded) { Task = task }, ProtocolVersion.V2026_07_28, static () => { }, cancellationToken);

    /// <param name="reportFault">Tells the client about a bug, where the version has a way.</param>
    private async Task<ReadOnlyMemory<byte>> CallAsync(
        Tool tool, JsonElement arguments, ToolCall call, ProtocolVersion version, Action reportFault, CancellationToken cancellationToken)
    {
        try
        {
            var result = await tool.CallAsync(arguments, call, cancellationToken);
            return CallToolResult.Success(result, version, serverInfo);
        }
        catch (ToolException failure)
        {
            return CallToolResult.Failure(failure.Message, version, serverInfo);
        }
        catch (InputRequiredException)
        {
            return InputRequiredResult.Roots(serverInfo);
        }
        catch (Exception fault) when (
            !(fault is OperationCanceledException && (cancellationToken.IsCancellationRequested || call.InputEnded.IsCancellationRequested)))
        {
            // A bug in the tool. Its request is answered by the dispatcher, as for every bug; a log message must come before that.
            reportFault();
            throw new InvalidOperationException($"The tool {tool.Name} failed.", fault);
        }
    }
}
