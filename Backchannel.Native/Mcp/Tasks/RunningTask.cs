using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>A task that this process goes on with: the call of a tool, which runs on after it was answered.</summary>
internal sealed class RunningTask
{
    private readonly TimeProvider time;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isDelivered;
    private volatile bool isCancelled;
    private long touched;
    private long updatedAt;
    private int listeners;

    public RunningTask(TaskTicket ticket, bool isResumed, TimeProvider time)
    {
        this.time = time;
        Ticket = ticket;
        updatedAt = ticket.CreatedAt.ToUnixTimeMilliseconds();
        Wait = new(ticket.Key, ticket.CreatedAt, time) { IsResumed = isResumed, Changed = Update };
        Touch();
    }

    public TaskTicket Ticket { get; private set; }

    public TaskWait Wait { get; }

    /// <summary>The call. Its result is the answer to <c>tools/call</c>; anything but a cancellation that it throws is a bug in the tool.</summary>
    public Task<ReadOnlyMemory<byte>> Work { get; private set; } = new TaskCompletionSource<ReadOnlyMemory<byte>>().Task;

    public DateTimeOffset UpdatedAt => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref updatedAt));

    /// <remarks>A call that ended because nobody polled is no end of the task: the next poll begins it again.</remarks>
    public string Status =>
        isCancelled ? TaskStatuses.Cancelled
        : Work.IsCompletedSuccessfully ? TaskStatuses.Completed
        : Work.IsFaulted ? TaskStatuses.Failed
        : TaskStatuses.Working;

    /// <summary>Completes at the next change.</summary>
    public Task Changed => Volatile.Read(ref changed).Task;

    /// <summary>For how long nobody has to poll; zero: everybody has given it up.</summary>
    public TimeSpan PatienceLeft => Volatile.Read(ref listeners) > 0
        ? TasksExtension.Patience
        : TasksExtension.Patience - time.GetElapsedTime(Volatile.Read(ref touched)) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Whether the client was told the result.</summary>
    public bool IsDelivered => isDelivered && !isCancelled;

    /// <summary>Whether the client knows how it ended.</summary>
    public bool IsSettled => isCancelled || isDelivered;

    /// <param name="call">Begins the call, which ends with the token.</param>
    public void Start(Func<TaskWait, CancellationToken, Task<ReadOnlyMemory<byte>>> call)
    {
        Work = call(Wait, Ending.Token);
        _ = Work.ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                Update();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Completes when the call has ended, or is known to wait.</summary>
    public Task LookedAsync() => Task.WhenAny(Work, Wait.GoesOn);

    /// <summary>Fixes how long the id is of use.</summary>
    public TaskTicket Keep(TimeSpan longer) => Ticket = Ticket with { Until = Wait.Until + longer };

    /// <summary>Somebody polls.</summary>
    public void Touch() => Volatile.Write(ref touched, time.GetTimestamp());

    /// <summary>Notes that a request is answered with the end of the task. One that is cancelled before that brought it to nobody.</summary>
    public void Deliver(JsonRpcRequest request)
    {
        isDelivered = true;
        request.Cancelled.UnsafeRegister(static task => ((RunningTask)task!).isDelivered = false, this);
    }

    /// <summary>Notes that a notification brought the end of the task.</summary>
    public void Deliver() => isDelivered = true;

    /// <summary>Somebody waits for news of the task, until <see cref="Unlisten"/>.</summary>
    public void Listen() => Interlocked.Increment(ref listeners);

    public void Unlisten()
    {
        Touch();
        Interlocked.Decrement(ref listeners);
    }

    /// <summary>Cancels the task, unless the client knows already how it ended.</summary>
    /// <param name="instant">When it was cancelled.</param>
    public void Cancel(DateTimeOffset instant)
    {
        if (!IsSettled)
        {
            isCancelled = true;
            Update(instant);
            End();
        }
    }

    /// <summary>Ends the call. What it took and nobody was told of is given back.</summary>
    public void End() => _ = Ending.CancelAsync();

    /// <summary>Ends the call.</summary>
    private CancellationTokenSource Ending { get; } = new();

    private void Update() => Update(time.GetUtcNow());

    private void Update(DateTimeOffset instant)
    {
        Volatile.Write(ref updatedAt, instant.ToUnixTimeMilliseconds());
        Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
