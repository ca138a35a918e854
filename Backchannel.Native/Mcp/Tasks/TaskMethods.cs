using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>Serves <c>tasks/get</c>, <c>tasks/update</c> and <c>tasks/cancel</c>.</summary>
/// <param name="calledBy">Called before each use of a tool with the name of the client; null when it gives none.</param>
internal sealed class TaskMethods(RunningTasks tasks, Implementation serverInfo, Action<string?> calledBy)
{
    /// <exception cref="JsonRpcException">The request names no task, or does not declare the extension.</exception>
    public JsonRpcReply Get(in RequestParams requestParams, RequestMeta meta)
    {
        var id = Read(requestParams, meta);
        return JsonRpcReply.Later(async request =>
        {
            var task = await tasks.FindAsync(id, request);
            var status = task.Status;
            if (status != TaskStatuses.Working)
            {
                task.Deliver(request);
            }

            return TaskAnswer.Whole(id, task, status, serverInfo);
        });
    }

    /// <summary>Acknowledges answers to questions of a task. This server asks none, so they are ignored.</summary>
    /// <exception cref="JsonRpcException">The request names no task, gives no answers, or does not declare the extension.</exception>
    public JsonRpcReply Update(in RequestParams requestParams, RequestMeta meta)
    {
        if (!requestParams.InputResponses.IsObject)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "tasks/update needs the object inputResponses.");
        }

        var id = Read(requestParams, meta);
        return JsonRpcReply.Later(async request =>
        {
            await tasks.FindAsync(id, request);
            return TaskAnswer.Empty(serverInfo);
        });
    }

    /// <summary>Ends the waiting, and nothing that is waited for.</summary>
    /// <exception cref="JsonRpcException">The request names no task, or does not declare the extension.</exception>
    public JsonRpcReply Cancel(in RequestParams requestParams, RequestMeta meta)
    {
        var id = Read(requestParams, meta);
        return JsonRpcReply.Later(async request =>
        {
            await tasks.CancelAsync(id, request);
            return TaskAnswer.Empty(serverInfo);
        });
    }

    private string Read(in RequestParams requestParams, RequestMeta meta)
    {
        var id = requestParams.Find("taskId");
        if (!id.IsString)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "This method needs the string taskId.");
        }

        TasksExtension.Require(meta);
        calledBy(meta.ClientName);
        return id.Text ?? throw TasksExtension.UnknownTask();
    }
}
