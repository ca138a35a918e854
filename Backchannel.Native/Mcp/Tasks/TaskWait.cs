namespace Backchannel.Native.Mcp.Tasks;

/// <summary>A call that may go on waiting after it was answered with a task: what its tool is told of that, and tells.</summary>
internal sealed class TaskWait(Guid key, DateTimeOffset createdAt, TimeProvider time)
{
    /// <summary>Shorter waits are answered as ever: a client that gets a task goes on with something else.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string status = "working";
    private DateTimeOffset? end;

    /// <summary>Called after each change of <see cref="Status"/>.</summary>
    public Action Changed { get; init; } = static () => { };

    /// <summary>The same in each process that goes on with the task.</summary>
    public Guid Key => key;

    /// <summary>Whether the call was answered with the task earlier, perhaps by another process.</summary>
    public bool IsResumed { get; init; }

    /// <summary>Whether nobody waits for the answer to the call any more: what its tool asks then goes on in the background, at the pace of that, together with what other tasks ask.</summary>
    public bool IsInBackground => IsResumed || goesOn.Task.IsCompleted;

    /// <summary>What the task waits for, in a few words.</summary>
    public string Status
    {
        get => status;
        set
        {
            if (status != value)
            {
                status = value;
                Changed();
            }
        }
    }

    /// <summary>Until when the task can be asked for.</summary>
    public DateTimeOffset Until => end ?? createdAt;

    /// <summary>Completes when nothing was there at the first look, and the wait is long enough for a task.</summary>
    public Task GoesOn => goesOn.Task;

    /// <summary>Completes when it is known whether the result of the call reached the client.</summary>
    public Task<bool> IsDelivered => settled.Task;

    public void Settle(bool isDelivered) => settled.TrySetResult(isDelivered);

    /// <summary>What is left of a wait that began with the task.</summary>
    public TimeSpan LeftOf(TimeSpan asked) => createdAt + asked - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Says how long the task can be asked for, where that is not the length of its wait.</summary>
    public void KeepUntil(DateTimeOffset instant) => end = end > instant ? end : instant;

    /// <summary>Says that nothing is there yet.</summary>
    /// <param name="left">How long the wait goes on.</param>
    public void GoOn(TimeSpan left)
    {
        if (left > (IsResumed ? TimeSpan.Zero : Shortest))
        {
            end ??= time.GetUtcNow() + left;
            goesOn.TrySetResult();
        }
    }
}
