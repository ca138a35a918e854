namespace Backchannel.Native.Tools;

/// <summary>One lease that is held, until it is given back, acknowledged or lost for good.</summary>
/// <param name="stopped">Ends the renewal of every lease.</param>
internal sealed class Holding(HeldLease lease, CancellationToken stopped) : IDisposable
{
    private readonly CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    private CancellationTokenRegistration call;
    private CancellationTokenSource look = new();
    private int told;

    /// <summary>The lease as of its last renewal.</summary>
    public HeldLease Lease { get; set; } = lease;

    /// <summary>Fires when there is a reason to look at the lease at once.</summary>
    public CancellationToken Look => Volatile.Read(ref look).Token;

    /// <summary>Fires <see cref="Look"/>, and makes a new one.</summary>
    public void LookNow() => Interlocked.Exchange(ref look, new()).Cancel();

    /// <summary>Whether the worker does not know yet of the end of its task.</summary>
    public bool HasNews => Lease.End is not null && Volatile.Read(ref told) == 0;

    /// <summary>What the worker does not know yet of the end of its task, the first time it is asked for; null: nothing.</summary>
    public string? TakeNews() => Lease.End is { } end && Interlocked.Exchange(ref told, 1) == 0 ? end.Tell(Lease.MessageId) : null;

    /// <summary>Fires when the lease is held no longer.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>Completes when the lease is lost; its holder may have given it up before.</summary>
    public TaskCompletionSource Loss { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="registration">What the end of the holding removes from the call that claimed.</param>
    public void EndWith(CancellationTokenRegistration registration) => call = registration;

    public void Dispose()
    {
        // Not disposed: that would wait for the callback, which may be what calls this.
        call.Unregister();
        ended.Cancel();
        ended.Dispose();
    }
}
