using System.Text.Json;
using Backchannel.Native.JsonRpc;

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
    /// <exception cref="JsonRpcException">The request is malformed, or there is no such tool.</exception>
    public JsonRpcReply Start(
        in RequestParams requestParams, RequestMeta meta, ProtocolVersion version, SessionLog? session, string? clientName, IRootSource? roots)
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
            var call = new ToolCall(progress is null ? null : progress.SendAsync, traceParent, request.InputEnded)
            {
                ThreadId = threadId,
                ListRootsAsync = cancellationToken => roots?.ListAsync(request, cancellationToken) ?? Task.FromResult(RootList.None),
            };
            return CallAsync(tool, arguments, call, request, version, session);
        });
    }

    private async Task<ReadOnlyMemory<byte>> CallAsync(
        Tool tool, JsonElement arguments, ToolCall call, JsonRpcRequest request, ProtocolVersion version, SessionLog? session)
    {
        try
        {
            var result = await tool.CallAsync(arguments, call, request.Cancelled);
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
        catch (Exception fault) when (!(fault is OperationCanceledException && request.IsOver))
        {
            // A bug in the tool. Its request is answered by the dispatcher, as for every bug; a log message must come before that.
            session?.ReportFault(request, tool.Name);
            throw new InvalidOperationException($"The tool {tool.Name} failed.", fault);
        }
    }
}
