using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Backchannel.Native.JsonRpc;

/// <summary>Turns lines into calls of the handler, and their outcomes into answers.</summary>
/// <param name="outgoing">What this side asked, for the responses that come.</param>
/// <param name="lineLimit">For the text that refuses a longer line.</param>
/// <param name="inputEnded">See <see cref="JsonRpcRequest.InputEnded"/>.</param>
internal sealed class JsonRpcDispatcher(
    IJsonRpcHandler handler,
    JsonRpcWriter writer,
    RequestsInFlight requests,
    OutgoingRequests outgoing,
    int lineLimit,
    CancellationToken inputEnded)
{
    private static ReadOnlySpan<byte> ContentLength => "Content-Length:"u8;

    /// <summary>Acts on one line. Never throws, whatever the line holds or the handler does.</summary>
    public void Receive(JsonRpcLine line)
    {
        try
        {
            if (line.IsTooLong)
            {
                var error = new JsonRpcException(
                    JsonRpcErrorCode.InvalidRequest, $"Line too long: {lineLimit} bytes are served.");
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
            Refuse(null, null, new JsonRpcException(JsonRpcErrorCode.ParseError, NotJson(line.Bytes)));
        }
    }

    /// <summary>Says what came instead of a message. Two other ways of sending messages are recognized.</summary>
    private static string NotJson(ReadOnlySpan<byte> line) =>
        Ascii.EqualsIgnoreCase(line[..Math.Min(line.Length, ContentLength.Length)], ContentLength)
            ? "Parse error: a Content-Length header. Messages have no headers here: each is JSON on one line, and ends with a line feed."
        : line.TrimEnd("\r"u8).EndsWith(" HTTP/1.1"u8)
            ? "Parse error: an HTTP request. Messages come on standard input here, each as JSON on one line."
            : "Parse error: not JSON. Each message is JSON on one line.";

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
                Notify(message);
                break;
            default:
                outgoing.Settle(message);
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

            Start(new JsonRpcRequest(id, batch, writer, outgoing, inputEnded), reply.Work);
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

    private void Start(JsonRpcRequest request, Func<JsonRpcRequest, Task<ReadOnlyMemory<byte>>> work)
    {
        requests.Add(request);

        // Up to its first await the work runs here, in the read loop: waking another thread takes as long as everything else between the arrival
        // of a call and its work.
        requests.Track(WorkAsync(request, work));
    }

    private async Task WorkAsync(JsonRpcRequest request, Func<JsonRpcRequest, Task<ReadOnlyMemory<byte>>> work)
    {
        Action answer;
        try
        {
            var result = await work(request);
            answer = () => writer.Answer(request, result);
        }
        catch (OperationCanceledException) when (request.IsOver)
        {
            answer = () => writer.Abandon(request);
        }
        catch (JsonRpcException error)
        {
            answer = () => writer.Answer(request, error);
        }
        catch (Exception fault)
        {
            var error = Report(fault);
            answer = () => writer.Answer(request, error);
        }

        // Removed before it is answered: the client may use the id again as soon as it has the answer.
        requests.Remove(request);
        answer();
        request.Dispose();
    }

    private void Notify(in JsonRpcMessage message)
    {
        try
        {
            handler.HandleNotification(message, requests);
        }
        catch (Exception fault)
        {
            // A notification is never answered, not even with an internal error.
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

    /// <summary>Turns a bug into the answer to its request: the caller learns that it was a bug, the operator which.</summary>
    private JsonRpcException Report(Exception fault)
    {
        handler.HandleFault(fault);
        return JsonRpcException.OfBug();
    }
}
