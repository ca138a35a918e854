using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Serves <c>subscriptions/listen</c>. Tools never change while the server runs, so a stream is acknowledged, sends nothing and ends with the input.</summary>
internal sealed class Subscriptions(Implementation serverInfo)
{
    /// <summary>Most streams at a time.</summary>
    private const int Limit = 64;

    private int open;

    /// <exception cref="JsonRpcException">The request does not say what to listen for.</exception>
    public JsonRpcReply Start(in RequestParams requestParams) =>
        requestParams.Find("notifications").IsObject
            ? JsonRpcReply.Later(ListenAsync)
            : throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "subscriptions/listen needs the object notifications.");

    private async Task<ReadOnlyMemory<byte>> ListenAsync(JsonRpcRequest request)
    {
        try
        {
            if (Interlocked.Increment(ref open) > Limit)
            {
                throw new JsonRpcException(JsonRpcErrorCode.InternalError, $"Too many subscriptions: {Limit} can be open.");
            }

            Acknowledge(request);
            await UntilInputEndsAsync(request);
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

    private static void Acknowledge(JsonRpcRequest request) =>
        request.Notify(McpMethods.SubscriptionAcknowledged, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject(MetaKeys.Meta);
            json.WritePropertyName(MetaKeys.SubscriptionId);
            json.WriteRawValue(request.Id.Token, skipInputValidation: true);
            json.WriteEndObject();
            json.WriteStartObject("notifications"u8);
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
