using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>A request that is open: neither answered nor cancelled.</summary>
internal sealed class JsonRpcRequest : IDisposable
{
    private readonly CancellationTokenSource cancellation = new();
    private readonly JsonRpcWriter writer;

    /// <param name="inputEnded">See <see cref="InputEnded"/>.</param>
    public JsonRpcRequest(
        RequestId id, JsonRpcBatch? batch, JsonRpcWriter writer, OutgoingRequests outgoing, CancellationToken inputEnded)
    {
        this.writer = writer;
        Outgoing = outgoing;
        Id = id;
        Batch = batch;
        Cancelled = cancellation.Token;
        InputEnded = inputEnded;
    }

    public RequestId Id { get; }

    /// <summary>The batch whose answer this one's belongs to; null for a request of its own.</summary>
    public JsonRpcBatch? Batch { get; }

    /// <summary>Asks the side that sent this request.</summary>
    public OutgoingRequests Outgoing { get; }

    /// <summary>The caller cancelled the request, or the process is about to end.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>
    /// No further message will come. A tool that only waits should end now; one that does something may finish it and be answered.
    /// </summary>
    public CancellationToken InputEnded { get; }

    /// <summary>Whether the request may end without an answer, because the client no longer waits for one.</summary>
    public bool IsOver => Cancelled.IsCancellationRequested || InputEnded.IsCancellationRequested;

    /// <summary>Read and changed by the writer alone, under its lock.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Sends a notification that belongs to this request; false when the request is no longer open, and nothing was sent.</summary>
    /// <param name="writeParams">Writes the value of <c>params</c>; called under the lock that orders all output.</param>
    public bool Notify(string method, Action<Utf8JsonWriter> writeParams) => writer.Notify(this, method, writeParams);

    /// <summary>Fires <see cref="Cancelled"/>; ends when all callbacks registered on it have run. Not to be called after disposal.</summary>
    public Task CancelAsync() => cancellation.CancelAsync();

    public void Dispose() => cancellation.Dispose();
}
