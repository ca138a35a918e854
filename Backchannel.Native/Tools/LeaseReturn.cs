using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>Gives leases back to the bus, so that other workers need not wait until they run out.</summary>
/// <param name="stopped">Ends every attempt: the process exits.</param>
internal sealed class LeaseReturn(BackchannelClient client, CancellationToken stopped)
{
    /// <summary>Never throws: what cannot be given back runs out.</summary>
    public async ValueTask GiveBackAsync(HeldLease lease)
    {
        try
        {
            await client.ReleaseAsync(lease.MessageId, lease.Actor.Id, lease.Session, stopped, lease.LeaseToken);
        }
        catch (BackchannelException)
        {
            // The lease runs out by itself.
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
        }
    }
}
