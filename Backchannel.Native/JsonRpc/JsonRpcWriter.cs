using System.Buffers;
using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>Writes each message as one line. Nothing else writes to the output.</summary>
/// <remarks>
/// One lock orders the lines and guards whether a request is still open, so no line of a request follows its answer or cancellation.
/// </remarks>
internal sealed class JsonRpcWriter(OutputQueue output)
{
    /// <summary>Answers a request at once, without it ever being in flight.</summary>
    public void Answer(RequestId id, JsonRpcBatch? batch, ReadOnlyMemory<byte> result)
    {
        lock (output.Gate)
        {
            Add(batch, target => JsonRpcEnvelope.WriteResult(target, id, result.Span));
        }

        output.Send();
    }

    /// <summary>Answers an open request; does nothing when it is no longer open.</summary>
    public void Answer(JsonRpcRequest request, ReadOnlyMemory<byte> result)
    {
        lock (output.Gate)
        {
            if (Close(request))
            {
                Add(request.Batch, target => JsonRpcEnvelope.WriteResult(target, request.Id, result.Span));
            }
        }

        output.Send();
    }

    /// <inheritdoc cref="Answer(JsonRpcRequest, ReadOnlyMemory{byte})"/>
    public void Answer(JsonRpcRequest request, JsonRpcException error)
    {
        lock (output.Gate)
        {
            if (Close(request))
            {
                Add(request.Batch, target => JsonRpcEnvelope.WriteError(target, request.Id, error, nullForNoId: false));
            }
        }

        output.Send();
    }

    /// <summary>Answers a message that cannot be served.</summary>
    /// <param name="id">Null when it could not be read.</param>
    /// <param name="nullForNoId">Whether a missing id is written as null or left out.</param>
    public void Refuse(RequestId? id, JsonRpcBatch? batch, JsonRpcException error, bool nullForNoId)
    {
        lock (output.Gate)
        {
            Add(batch, target => JsonRpcEnvelope.WriteError(target, id, error, nullForNoId));
        }

        output.Send();
    }

    /// <summary>Sends a notification that belongs to a request; false when that request is no longer open.</summary>
    /// <param name="writeParams">Writes the value of <c>params</c>; called under the lock.</param>
    public bool Notify(JsonRpcRequest request, string method, Action<Utf8JsonWriter> writeParams)
    {
        lock (output.Gate)
        {
            if (!request.IsOpen)
            {
                return false;
            }

            AddCall(null, method, writeParams);
        }

        output.Send();
        return true;
    }

    /// <summary>Sends a request, or a notification that belongs to no request.</summary>
    /// <param name="id">Null: a notification.</param>
    /// <param name="writeParams">Writes the value of <c>params</c>; null: there is none.</param>
    public void Call(RequestId? id, string method, Action<Utf8JsonWriter>? writeParams)
    {
        lock (output.Gate)
        {
            AddCall(id, method, writeParams);
        }

        output.Send();
    }

    /// <summary>Closes a request without an answer.</summary>
    public void Abandon(JsonRpcRequest request)
    {
        lock (output.Gate)
        {
            if (Close(request) && request.Batch is { } batch)
            {
                Settle(batch);
            }
        }

        output.Send();
    }

    /// <summary>One more answer of a batch to wait for.</summary>
    public void Expect(JsonRpcBatch batch)
    {
        lock (output.Gate)
        {
            batch.Expect();
        }
    }

    /// <summary>One answer of a batch less to wait for; after the last one the batch is answered.</summary>
    public void SettleBatch(JsonRpcBatch batch)
    {
        lock (output.Gate)
        {
            Settle(batch);
        }

        output.Send();
    }

    private static bool Close(JsonRpcRequest request)
    {
        var wasOpen = request.IsOpen;
        request.IsOpen = false;
        return wasOpen;
    }

    private void AddCall(RequestId? id, string method, Action<Utf8JsonWriter>? writeParams)
    {
        JsonRpcEnvelope.WriteCall(output.Waiting, id, method, writeParams);
        output.Waiting.Write("\n"u8);
    }

    private void Add(JsonRpcBatch? batch, Action<IBufferWriter<byte>> writeAnswer)
    {
        if (batch is null)
        {
            writeAnswer(output.Waiting);
            output.Waiting.Write("\n"u8);
            return;
        }

        var answer = new ArrayBufferWriter<byte>();
        writeAnswer(answer);
        batch.Add(answer.WrittenSpan);
        Settle(batch);
    }

    private void Settle(JsonRpcBatch batch)
    {
        batch.Settle();
        if (batch is { IsComplete: true, Answers.IsEmpty: false })
        {
            output.Waiting.Write("["u8);
            output.Waiting.Write(batch.Answers);
            output.Waiting.Write("]\n"u8);
        }
    }
}
