namespace Backchannel.Native.JsonRpc;

/// <summary>The requests being worked on.</summary>
/// <param name="limit">Most requests at a time.</param>
internal sealed class RequestsInFlight(JsonRpcWriter writer, int limit)
{
    private readonly Lock gate = new();
    private readonly Dictionary<RequestId, JsonRpcRequest> requests = [];
    private readonly HashSet<Task> tasks = [];

    /// <exception cref="JsonRpcException">Too many are in flight, or one with this id is.</exception>
    public void Add(JsonRpcRequest request)
    {
        lock (gate)
        {
            if (requests.Count >= limit)
            {
                throw new JsonRpcException(
                    JsonRpcErrorCode.InternalError, $"Too many requests in flight: {limit} are served at a time.");
            }

            if (!requests.TryAdd(request.Id, request))
            {
                throw new JsonRpcException(
                    JsonRpcErrorCode.InvalidRequest, "A request with this id is still being worked on.");
            }
        }
    }

    /// <summary>Forgets a request that has ended; it cannot be cancelled any more.</summary>
    public void Remove(JsonRpcRequest request)
    {
        lock (gate)
        {
            // After a cancellation the id may already be another request's.
            if (requests.TryGetValue(request.Id, out var current) && ReferenceEquals(current, request))
            {
                requests.Remove(request.Id);
            }
        }
    }

    /// <summary>Keeps a task, so that the end of the connection can wait for it.</summary>
    public void Track(Task task)
    {
        lock (gate)
        {
            tasks.Add(task);
        }

        task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Cancels a request, which then is not answered; does nothing when none with this id is in flight.</summary>
    public void Cancel(RequestId id)
    {
        JsonRpcRequest? request;
        lock (gate)
        {
            if (!requests.TryGetValue(id, out request))
            {
                return;
            }
        }

        // Before it is cancelled: what runs at a cancellation must find that nothing can be sent any more.
        writer.Abandon(request);
        Task cancelling;
        lock (gate)
        {
            if (!requests.TryGetValue(id, out var current) || current != request)
            {
                // It has ended meanwhile.
                return;
            }

            // The id may be used again from now on.
            requests.Remove(id);

            // Inside the lock: the request is disposed of only after Remove, which takes the same lock.
            cancelling = request.CancelAsync();
        }

        Track(cancelling);
    }

    /// <summary>Cancels everything in flight. A request that ends with an answer all the same is answered.</summary>
    public void CancelAll()
    {
        Task[] cancelling;
        lock (gate)
        {
            cancelling = [.. requests.Values.Select(request => request.CancelAsync())];
        }

        Array.ForEach(cancelling, Track);
    }

    /// <summary>Ends when everything that is in flight now has ended.</summary>
    public Task WhenSettledAsync()
    {
        lock (gate)
        {
            return Task.WhenAll(tasks);
        }
    }

    private void Forget(Task task)
    {
        lock (gate)
        {
            tasks.Remove(task);
        }
    }
}
