namespace Backchannel.Native.JsonRpc;

/// <summary>Serves one peer over a pair of streams: the read loop, the requests in flight, and an orderly end.</summary>
internal sealed class JsonRpcConnection : IDisposable
{
    private readonly Stream input;
    private readonly JsonRpcConnectionOptions options;
    private readonly TimeProvider timeProvider;
    private readonly OutputQueue outgoing;
    private readonly RequestsInFlight requests;
    private readonly JsonRpcDispatcher dispatcher;
    private readonly CancellationTokenSource inputEnd = new();
    private Exception? inputFault;

    /// <param name="input">Read with blocking calls by a thread of its own; its reads need not support cancellation.</param>
    /// <param name="output">Written to by one thread at a time; see <see cref="OutputQueue"/>.</param>
    public JsonRpcConnection(
        Stream input, Stream output, IJsonRpcHandler handler, JsonRpcConnectionOptions options, TimeProvider timeProvider)
    {
        this.input = input;
        this.options = options;
        this.timeProvider = timeProvider;
        outgoing = new(output);
        var writer = new JsonRpcWriter(outgoing);
        requests = new(writer, options.MaxRequestsInFlight);
        var asked = new OutgoingRequests(writer, timeProvider, inputEnd.Token);
        dispatcher = new(handler, writer, requests, asked, options.LineLimit, inputEnd.Token);
    }

    /// <summary>What broke the input or the output; null when neither broke.</summary>
    public Exception? Fault => inputFault ?? outgoing.Fault;

    /// <summary>Serves until the input ends, the other side stops reading, or the token fires. To be called once.</summary>
    /// <remarks>
    /// Answers that are ready at the end of the input are written before anything else, however late the client reads them. What is in flight then
    /// is still answered, within <see cref="JsonRpcConnectionOptions.DrainTime"/>, and longer for a client that reads slowly, as long as it reads at all.
    /// When the token fires, everything is cancelled at once. Neither throws.
    /// </remarks>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(_ => stopping.TrySetResult(), null);

        // A blocked read of standard input cannot be cancelled, so nothing at the end of the connection may wait for this thread.
        new Thread(() => Read(reading)) { IsBackground = true, Name = "JSON-RPC input" }.UnsafeStart();
        await Task.WhenAny(reading.Task, stopping.Task, outgoing.Broken);

        await inputEnd.CancelAsync();
        if (reading.Task.IsCompleted && !stopping.Task.IsCompleted)
        {
            await WaitAsync(Task.WhenAny(SettleAsync(), stopping.Task, outgoing.Broken), options.DrainTime);
        }

        requests.CancelAll();
        var sent = outgoing.Sent;
        await WaitAsync(SettleAsync(), options.CancelTime);
        await DeliverAsync(sent, stopping.Task);
        outgoing.Close();
    }

    public void Dispose() => inputEnd.Dispose();

    private void Read(TaskCompletionSource reading)
    {
        using var reader = new JsonRpcReader(input, options.BufferSize, options.LineLimit);
        while (reader.TryReadLine(out var line) && !inputEnd.IsCancellationRequested)
        {
            outgoing.WaitForRoom();
            dispatcher.Receive(line);
        }

        inputFault = reader.Fault;
        // Not the end yet for a client that sent all of its requests, closed its side and reads the answers later.
        outgoing.WaitUntilSent();
        reading.SetResult();
    }

    /// <summary>Waits for a client that reads slowly, for as long as it takes something within each <see cref="JsonRpcConnectionOptions.DrainTime"/>.</summary>
    /// <param name="sent">The number of bytes sent when the previous wait began.</param>
    private async Task DeliverAsync(long sent, Task stopping)
    {
        var delivered = Task.WhenAny(outgoing.WhenIdleAsync(), outgoing.Broken, stopping);
        while (!delivered.IsCompleted && outgoing.Sent > sent)
        {
            sent = outgoing.Sent;
            await WaitAsync(delivered, options.DrainTime);
        }
    }

    private async Task SettleAsync()
    {
        await requests.WhenSettledAsync();
        await outgoing.WhenIdleAsync();
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
            // It ends with the process.
        }
    }
}
