using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>Serves <c>tools/call</c>.</summary>
internal sealed class ToolCalls
{
    private readonly Dictionary<string, Tool> tools;
    private readonly Implementation serverInfo;
    private readonly Action<string> log;
    private readonly Action<string?> calledBy;

    /// <param name="log">Takes what is only for the operator.</param>
    /// <param name="calledBy">Hears before each call how the client calls itself; null: it does not say.</param>
    public ToolCalls(IReadOnlyList<Tool> tools, Implementation serverInfo, Action<string> log, Action<string?> calledBy)
    {
        this.calledBy = calledBy;
        this.tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);
        this.serverInfo = serverInfo;
        this.log = log;
    }

    /// <param name="session">Where a bug in a tool is announced too; null for a stateless request.</param>
    /// <param name="clientName">How the client calls itself; null when it does not say.</param>
    /// <exception cref="JsonRpcException">The request is malformed, or there is no such tool.</exception>
    public JsonRpcReply Start(
        ReadOnlySpan<byte> requestParams, RequestMeta meta, ProtocolVersion version, SessionLog? session, string? clientName)
    {
        var (name, arguments) = CallToolRequestParams.Read(requestParams);
        if (!tools.TryGetValue(name, out var tool))
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, $"Unknown tool: {Excerpt.Of(name)}");
        }

        calledBy(clientName);
        var (progressToken, traceParent) = (meta.ProgressToken, meta.TraceParent);
        return JsonRpcReply.Later(request =>
        {
            var progress = progressToken.IsEmpty ? null : new ProgressReport(request, progressToken, version);
            var call = new ToolCall(progress is null ? null : progress.SendAsync, traceParent, request.InputEnded);
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
        catch (Exception fault) when (!(fault is OperationCanceledException && request.IsOver))
        {
            // A bug: the caller learns that it was one, the operator where.
            log($"{tool.Name}: {fault}");
            session?.ReportFault(request, tool.Name);
            throw new JsonRpcException(JsonRpcErrorCode.InternalError, "Internal error.");
        }
    }
}
