using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Gives leases back to the bus, so that other workers need not wait until they run out.</summary>
/// <param name="stopped">Ends every attempt: the process exits.</param>
internal sealed class LeaseReturn(BackchannelClient client, CancellationToken stopped)
{
    /// <summary>Never throws: what cannot be given back runs out. So does what another process got by the same claim.</summary>
    /// <param name="outcome"><see cref="AttemptOutcomes.Released"/>, or <see cref="AttemptOutcomes.SessionEnded"/> where somebody was at work on the task.</param>
    public async ValueTask GiveBackAsync(HeldLease lease, string outcome)
    {
        try
        {
            if (await TryFinishAsync(lease, outcome) is null && lease.ClaimKey is null)
            {
                await client.ReleaseAsync(lease.MessageId, lease.Actor.Id, lease.Session, stopped, lease.LeaseToken);
            }
        }
        catch (BackchannelException)
        {
            // The lease runs out by itself.
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
        }
    }

    private const string EndOfSession = "The process of its worker ended while it held the task.";

    private async Task<LifeOutcome?> TryFinishAsync(HeldLease lease, string outcome)
    {
        if (lease.Session is not { } session)
        {
            return null;
        }

        var request = new FinishRequest(
            session.Secret, outcome, lease.Actor.Id, lease.LeaseToken, Reason: outcome == AttemptOutcomes.SessionEnded ? EndOfSession : null,
            ClaimKey: lease.ClaimKey);
        return await client.Connection.Additions.UseAsync(
            Additions.TaskLife, () => client.FinishAsync(lease.MessageId, request, stopped), stopped);
    }
}
