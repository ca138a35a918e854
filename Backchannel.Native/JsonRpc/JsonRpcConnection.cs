using System.Text.Json;
using System.Text.Unicode;

namespace Backchannel.Native.JsonRpc;

/// <summary>Serves one peer over a pair of streams: the read loop, the requests in flight, and an orderly end.</summary>
internal sealed class JsonRpcConnection : IDisposable
{
    private readonly Stream input;
    private readonly IJsonRpcHandler handler;
    private readonly JsonRpcConnectionOptions options;
    private readonly TimeProvider timeProvider;
    private readonly JsonRpcWriter writer;
    private readonly RequestsInFlight requests;
    private readonly CancellationTokenSource inputEnd = new();
    private readonly CancellationToken inputEnded;

    /// <param name="input">Read with blocking calls on a thread of its own; such reads need not heed cancellation.</param>
    /// <param name="output">Written by one thread at a time, and flushed after each write.</param>
    public JsonRpcConnection(
        Stream input, Stream output, IJsonRpcHandler handler, JsonRpcConnectionOptions options, TimeProvider timeProvider)
    {
        this.input = input;
        this.handler = handler;
        this.options = options;
        this.timeProvider = timeProvider;
        writer = new(output);
        requests = new(writer, options.MaxRequestsInFlight);
        inputEnded = inputEnd.Token;
    }

    /// <summary>Serves until the input ends, the other side stops reading, or the token fires. To be called once.</summary>
    /// <remarks>
    /// At the end of the input, what was received completely is still answered, within <see cref="JsonRpcConnectionOptions.DrainTime"/>.
    /// When the token fires, everything is cancelled at once. Neither throws.
    /// </remarks>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(_ => stopping.TrySetResult(), null);

        // A blocked read of standard input cannot be cancelled, so it must not hold anything that the end waits for.
        new Thread(() => Read(reading)) { IsBackground = true, Name = "JSON-RPC input" }.UnsafeStart();
        await Task.WhenAny(reading.Task, stopping.Task, writer.Broken);

        await inputEnd.CancelAsync();
        if (reading.Task.IsCompleted && !stopping.Task.IsCompleted)
        {
            await WaitAsync(Task.WhenAny(SettleAsync(), stopping.Task, writer.Broken), options.DrainTime);
        }

        requests.CancelAll();
        await WaitAsync(SettleAsync(), options.CancelTime);
        writer.Close();
    }

    public void Dispose() => inputEnd.Dispose();

    private void Read(TaskCompletionSource reading)
    {
        using var reader = new JsonRpcReader(input, options.BufferSize, options.LineLimit);
        while (reader.TryReadLine(out var line) && !inputEnded.IsCancellationRequested)
        {
            writer.WaitForRoom();
            Receive(line);
        }

        reading.SetResult();
    }

    private void Receive(JsonRpcLine line)
    {
        try
        {
            if (line.IsTooLong)
            {
                var error = new JsonRpcException(
                    JsonRpcErrorCode.InvalidRequest, $"Line too long: {options.LineLimit} bytes are served.");
                Refuse(JsonRpcMessage.FindId(line.Bytes), null, error);
            }
            else if (!Utf8.IsValid(line.Bytes))
            {
                Refuse(null, null, new JsonRpcException(JsonRpcErrorCode.ParseError, "Parse error: not UTF-8."));
            }
            else if (handler.AcceptsBatches && line.Bytes.TrimStart(" \t\r"u8).StartsWith("["u8))
            {
                ReceiveBatch(line.Bytes);
            }
            else
            {
                Receive(JsonRpcMessage.Read(line.Bytes, isBatched: false), null);
            }
        }
        catch (JsonException)
        {
            Refuse(null, null, new JsonRpcException(JsonRpcErrorCode.ParseError, "Parse error: not JSON."));
        }
    }

    private void ReceiveBatch(ReadOnlySpan<byte> json)
    {
        var members = JsonRpcMessage.SplitBatch(json);
        if (members.Count == 0)
        {
            Refuse(null, null, new JsonRpcException(JsonRpcErrorCode.InvalidRequest, "A batch must not be empty."));
            return;
        }

        var batch = new JsonRpcBatch();
        foreach (var member in members)
        {
            Receive(JsonRpcMessage.Read(json[member], isBatched: true), batch);
        }

        writer.SettleBatch(batch);
    }

    private void Receive(in JsonRpcMessage message, JsonRpcBatch? batch)
    {
        switch (message.Kind)
        {
            case JsonRpcMessageKind.Request:
                Expect(batch);
                Serve(message, message.Id!, batch);
                break;
            case JsonRpcMessageKind.Invalid:
                Expect(batch);
                Refuse(message.Id, batch, new JsonRpcException(message.FaultCode, message.FaultText!));
                break;
            case JsonRpcMessageKind.Notification:
                Notice(message);
                break;
            default:
                break;
        }
    }

    private void Serve(in JsonRpcMessage message, RequestId id, JsonRpcBatch? batch)
    {
        try
        {
            var reply = handler.HandleRequest(message);
            if (reply.Work is null)
            {
                writer.Answer(id, batch, reply.Result);
                return;
            }

            var request = new JsonRpcRequest(id, batch, writer, inputEnded);
            requests.Add(request);
            requests.Own(Task.Run(() => WorkAsync(request, reply.Work), CancellationToken.None));
        }
        catch (JsonRpcException error)
        {
            Refuse(id, batch, error);
        }
        catch (Exception fault)
        {
            Refuse(id, batch, Report(fault));
        }
    }

    private async Task WorkAsync(JsonRpcRequest request, Func<JsonRpcRequest, Task<ReadOnlyMemory<byte>>> work)
    {
        try
        {
            writer.Answer(request, await work(request));
        }
        catch (OperationCanceledException) when (request.IsOver)
        {
            writer.Abandon(request);
        }
        catch (JsonRpcException error)
        {
            writer.Answer(request, error);
        }
        catch (Exception fault)
        {
            writer.Answer(request, Report(fault));
        }
        finally
        {
            requests.Remove(request);
            request.Dispose();
        }
    }

    private void Notice(in JsonRpcMessage message)
    {
        try
        {
            handler.HandleNotification(message, requests);
        }
        catch (Exception fault)
        {
            // A notification is never answered, not even when it meets a bug.
            handler.HandleFault(fault);
        }
    }

    private void Expect(JsonRpcBatch? batch)
    {
        if (batch is not null)
        {
            writer.Expect(batch);
        }
    }

    private void Refuse(RequestId? id, JsonRpcBatch? batch, JsonRpcException error) =>
        writer.Refuse(id, batch, error, handler.NullForUnreadableIds);

    /// <summary>A bug: the caller learns that it was one, the operator where.</summary>
    private JsonRpcException Report(Exception fault)
    {
        handler.HandleFault(fault);
        return new JsonRpcException(JsonRpcErrorCode.InternalError, "Internal error.");
    }

    private async Task SettleAsync()
    {
        await requests.WhenSettledAsync();
        await writer.WhenIdleAsync();
    }

    private async Task WaitAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
        {
            return;
        }

        try
        {
            await task.WaitAsync(limit, timeProvider);
        }
        catch (TimeoutException)
        {
            // What has not ended by now ends with the process.
        }
    }
}
