using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>What this side asks the other one, and the answers that are still missing.</summary>
/// <param name="inputEnded">No further answer will come.</param>
internal sealed class OutgoingRequests(JsonRpcWriter writer, TimeProvider timeProvider, CancellationToken inputEnded)
{
    private readonly Lock gate = new();
    private readonly Dictionary<RequestId, OutgoingRequest> requests = [];
    private int lastId;

    /// <summary>Sends a request without parameters. Never waits for the other side to read.</summary>
    public OutgoingRequest Send(string method)
    {
        OutgoingRequest request;
        lock (gate)
        {
            request = new(RequestId.OfServer(++lastId));
            requests.Add(request.Id, request);
        }

        writer.Call(request.Id, method, null);
        return request;
    }

    /// <summary>Waits until the answer is there.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    /// <exception cref="OperationCanceledException">The input ended, so none will come.</exception>
    public Task WaitAsync(OutgoingRequest request, TimeSpan limit) => request.Arrived.WaitAsync(limit, timeProvider, inputEnded);

    /// <summary>An answer that comes later is ignored.</summary>
    public void Forget(OutgoingRequest request) => Take(request.Id);

    public void Notify(string method, Action<Utf8JsonWriter> writeParams) => writer.Call(null, method, writeParams);

    /// <summary>Takes a response; one that nobody waits for is ignored.</summary>
    public void Settle(in JsonRpcMessage response)
    {
        if (response.Id is { } id)
        {
            Take(id)?.Settle(response.Result);
        }
    }

    private OutgoingRequest? Take(RequestId id)
    {
        lock (gate)
        {
            return requests.Remove(id, out var request) ? request : null;
        }
    }
}
