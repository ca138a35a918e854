using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>The only writer of the output stream: whole lines, flushed, in the order in which they were decided.</summary>
/// <remarks>
/// One lock orders everything that is sent and decides whether a request is still open, so nothing follows an answer or a
/// cancellation. Nobody holds it while bytes go out: whoever finds the stream idle carries all lines that wait.
/// </remarks>
internal sealed class JsonRpcWriter(Stream output)
{
    /// <summary>Bytes that may wait for a caller who does not read, before the read loop stops taking requests.</summary>
    private const int HighWaterMark = 1 << 20;

    /// <summary>A buffer that grew beyond this is not kept.</summary>
    private const int KeptBuffer = 1 << 18;

    // Escapes no more than JSON and line-oriented readers need; the output is not embedded in HTML.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly object gate = new();
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> waiting = new(4096);
    private ArrayBufferWriter<byte> leaving = new(4096);
    private TaskCompletionSource? idle;
    private bool isSending;
    private bool isClosed;

    /// <summary>Ends when the other side has closed the stream.</summary>
    public Task Broken => broken.Task;

    /// <summary>Answers a request that was never registered as open.</summary>
    public void Answer(RequestId id, JsonRpcBatch? batch, ReadOnlyMemory<byte> result)
    {
        lock (gate)
        {
            WriteResult(id, batch, result);
        }

        Send();
    }

    /// <summary>Answers an open request; does nothing when it is no longer open.</summary>
    public void Answer(JsonRpcRequest request, ReadOnlyMemory<byte> result)
    {
        lock (gate)
        {
            if (!Close(request))
            {
                return;
            }

            WriteResult(request.Id, request.Batch, result);
        }

        Send();
    }

    /// <inheritdoc cref="Answer(JsonRpcRequest, ReadOnlyMemory{byte})"/>
    public void Answer(JsonRpcRequest request, JsonRpcException error)
    {
        lock (gate)
        {
            if (!Close(request))
            {
                return;
            }

            WriteError(request.Id, request.Batch, error, nullForNoId: false);
        }

        Send();
    }

    /// <summary>Answers what never became a request.</summary>
    /// <param name="id">Null when it could not be read.</param>
    /// <param name="nullForNoId">Whether a missing id is written as null or left out.</param>
    public void Refuse(RequestId? id, JsonRpcBatch? batch, JsonRpcException error, bool nullForNoId)
    {
        lock (gate)
        {
            WriteError(id, batch, error, nullForNoId);
        }

        Send();
    }

    /// <summary>Sends a notification that belongs to a request, or to none; false when that request is no longer open.</summary>
    public bool Notify(JsonRpcRequest? request, string method, Action<Utf8JsonWriter> writeParams)
    {
        lock (gate)
        {
            if (request is { IsOpen: false })
            {
                return false;
            }

            using var json = new Utf8JsonWriter(waiting, Options);
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteString("method"u8, method);
            json.WritePropertyName("params"u8);
            writeParams(json);
            json.WriteEndObject();
            json.Flush();
            waiting.Write("\n"u8);
        }

        Send();
        return true;
    }

    /// <summary>Closes a request without an answer.</summary>
    public void Abandon(JsonRpcRequest request)
    {
        lock (gate)
        {
            if (!Close(request))
            {
                return;
            }

            Settle(request.Batch);
        }

        Send();
    }

    public void Expect(JsonRpcBatch batch)
    {
        lock (gate)
        {
            batch.Expect();
        }
    }

    /// <summary>One answer of a batch less to wait for; the last one sends it.</summary>
    public void SettleBatch(JsonRpcBatch batch)
    {
        lock (gate)
        {
            Settle(batch);
        }

        Send();
    }

    /// <summary>Blocks the read loop while the other side leaves too much unread.</summary>
    public void WaitForRoom()
    {
        lock (gate)
        {
            while (waiting.WrittenCount > HighWaterMark && !broken.Task.IsCompleted && !isClosed)
            {
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>Ends when everything written so far has left.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate)
        {
            if (!isSending && waiting.WrittenCount == 0)
            {
                return Task.CompletedTask;
            }

            idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }

    /// <summary>Drops whatever is written from now on.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }

    private static bool Close(JsonRpcRequest request)
    {
        var wasOpen = request.IsOpen;
        request.IsOpen = false;
        return wasOpen;
    }

    private void WriteResult(RequestId id, JsonRpcBatch? batch, ReadOnlyMemory<byte> result) =>
        WriteAnswer(id, batch, nullForNoId: false, json =>
        {
            json.WritePropertyName("result"u8);
            json.WriteRawValue(result.Span, skipInputValidation: true);
        });

    private void WriteError(RequestId? id, JsonRpcBatch? batch, JsonRpcException error, bool nullForNoId) =>
        WriteAnswer(id, batch, nullForNoId, json =>
        {
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            if (!error.ErrorData.IsEmpty)
            {
                json.WritePropertyName("data"u8);
                json.WriteRawValue(error.ErrorData.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
        });

    private void WriteAnswer(RequestId? id, JsonRpcBatch? batch, bool nullForNoId, Action<Utf8JsonWriter> writeOutcome)
    {
        var target = batch is null ? waiting : new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(target, Options);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        if (id is not null)
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id.Token, skipInputValidation: true);
        }
        else if (nullForNoId)
        {
            json.WriteNull("id"u8);
        }

        writeOutcome(json);
        json.WriteEndObject();
        json.Flush();
        if (batch is null)
        {
            target.Write("\n"u8);
            return;
        }

        batch.Add(target.WrittenSpan);
        Settle(batch);
    }

    private void Settle(JsonRpcBatch? batch)
    {
        batch?.Settle();
        if (batch is { IsComplete: true, Answers.IsEmpty: false })
        {
            waiting.Write("["u8);
            waiting.Write(batch.Answers);
            waiting.Write("]\n"u8);
        }
    }

    private void Send()
    {
        while (TakeWaiting())
        {
            try
            {
                output.Write(leaving.WrittenSpan);
                output.Flush();
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // Nobody reads any more; the connection ends, and what is left has no addressee.
                broken.TrySetResult();
            }

            MarkSent();
        }
    }

    private bool TakeWaiting()
    {
        lock (gate)
        {
            if (isSending || isClosed || waiting.WrittenCount == 0)
            {
                return false;
            }

            isSending = true;
            (waiting, leaving) = (leaving, waiting);
            return true;
        }
    }

    private void MarkSent()
    {
        lock (gate)
        {
            isSending = false;
            leaving.ResetWrittenCount();
            if (leaving.Capacity > KeptBuffer)
            {
                leaving = new(4096);
            }

            if (waiting.WrittenCount == 0)
            {
                idle?.TrySetResult();
                idle = null;
            }

            Monitor.PulseAll(gate);
        }
    }
}
