using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Serves <c>subscriptions/listen</c>. Tools never change while the server runs, so a stream is acknowledged, tells of tasks alone and ends with the input.</summary>
internal sealed class Subscriptions(Implementation serverInfo)
{
    /// <summary>Most streams at a time.</summary>
    private const int Limit = 64;

    private int open;

    /// <param name="tasks">Gives the tasks; null: this server makes none.</param>
    /// <exception cref="JsonRpcException">The request does not say what to listen for.</exception>
    public JsonRpcReply Start(in RequestParams requestParams, RequestMeta meta, Func<RunningTasks>? tasks)
    {
        var notifications = requestParams.Find("notifications");
        if (!notifications.IsObject)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "subscriptions/listen needs the object notifications.");
        }

        var followed = tasks is null ? null : FollowedTasks.Read(notifications, meta, tasks);
        return JsonRpcReply.Later(request => ListenAsync(request, followed));
    }

    private async Task<ReadOnlyMemory<byte>> ListenAsync(JsonRpcRequest request, FollowedTasks? followed)
    {
        try
        {
            if (Interlocked.Increment(ref open) > Limit)
            {
                throw new JsonRpcException(JsonRpcErrorCode.InternalError, $"Too many subscriptions: {Limit} can be open.");
            }

            try
            {
                await (followed?.FindAsync(request) ?? Task.CompletedTask);
                Acknowledge(request, followed);
            }
            catch
            {
                followed?.Leave();
                throw;
            }

            using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Cancelled, request.InputEnded);
            var following = followed?.TellAsync(request, ending.Token) ?? Task.CompletedTask;
            try
            {
                await UntilInputEndsAsync(request);
            }
            finally
            {
                await ending.CancelAsync();
                await following;
            }

            return ReadableJson.Write(json =>
            {
                json.WriteStartObject();
                ResultMeta.Write(json, serverInfo, request.Id);
                json.WriteEndObject();
            });
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    private static void Acknowledge(JsonRpcRequest request, FollowedTasks? followed) =>
        request.Notify(McpMethods.SubscriptionAcknowledged, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject(MetaKeys.Meta);
            json.WritePropertyName(MetaKeys.SubscriptionId);
            json.WriteRawValue(request.Id.Token, skipInputValidation: true);
            json.WriteEndObject();
            json.WriteStartObject("notifications"u8);
            followed?.WriteIds(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });

    /// <exception cref="OperationCanceledException">The caller cancelled the stream, which then ends silently.</exception>
    private static async Task UntilInputEndsAsync(JsonRpcRequest request)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var end = request.InputEnded.UnsafeRegister(_ => ended.TrySetResult(), null);
        await using var cancellation = request.Cancelled.UnsafeRegister(_ => ended.TrySetResult(), null);
        await ended.Task;
        if (!request.InputEnded.IsCancellationRequested)
        {
            request.Cancelled.ThrowIfCancellationRequested();
        }
    }
}
