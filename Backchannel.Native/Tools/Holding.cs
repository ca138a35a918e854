namespace Backchannel.Native.Tools;

/// <summary>One lease that is held, until it is given back, acknowledged or lost for good.</summary>
/// <param name="stopped">Ends the renewal of every lease.</param>
internal sealed class Holding(HeldLease lease, CancellationToken stopped) : IDisposable
{
    private readonly CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    private CancellationTokenRegistration call;

    /// <summary>The lease as of its last renewal.</summary>
    public HeldLease Lease { get; set; } = lease;

    /// <summary>Fires when the lease is held no longer.</summary>
    public CancellationToken Ended => ended.Token;

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
