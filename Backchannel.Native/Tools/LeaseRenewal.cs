using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Keeps a lease alive while it is held: a renewal each third of its length, and when there is news of its task, until the task expires.</summary>
internal sealed class LeaseRenewal(BackchannelClient client, TimeProvider time)
{
    /// <returns>Ends with the holding, with the task's life, or when the lease is lost.</returns>
    public async Task RunAsync(Holding holding)
    {
        var cancellationToken = holding.Ended;
        var (claimedAt, life) = (time.GetTimestamp(), LifeLeft(holding.Lease));
        var look = holding.Look;
        try
        {
            while (!holding.Lease.IsLost)
            {
                var (pause, left) = (holding.Lease.Length / 3, life - time.GetElapsedTime(claimedAt));
                var isLast = left <= pause;
                await PauseAsync(!isLast ? pause : left > TimeSpan.Zero ? left : TimeSpan.Zero, look, cancellationToken);
                if (isLast && !look.IsCancellationRequested)
                {
                    holding.Lease = holding.Lease with { IsLost = true };
                    return;
                }

                // News that come during the renewal may be newer than its answer.
                look = holding.Look;
                holding.Lease = await RenewAsync(holding.Lease, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <param name="look">Ends the pause early.</param>
    private async Task PauseAsync(TimeSpan pause, CancellationToken look, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, look);
        await Task.Delay(pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<HeldLease> RenewAsync(HeldLease lease, CancellationToken cancellationToken)
    {
        try
        {
            var renewed = await client.RenewLeaseAsync(lease.LeaseToken, lease.Length, lease.Session, cancellationToken);
            return lease with { ExpiresAt = renewed.ExpiresAt };
        }
        catch (BackchannelException exception) when (TaskEnd.Of(exception) is { } end)
        {
            return lease with { IsLost = true, End = await LookAsync(lease.MessageId, cancellationToken) ?? end };
        }
        catch (BackchannelException exception)
        {
            // Any other code means a bus that cannot be reached now: one more renewal fits into the lease. A lost lease is kept,
            // so that an ack can tell who has the task now.
            return lease with { IsLost = exception.Code is ErrorCodes.LeaseExpired or ErrorCodes.AlreadyClaimed };
        }
    }

    /// <summary>Who ended the task and why, which the refusal of a renewal does not say.</summary>
    private async Task<TaskEnd?> LookAsync(string messageId, CancellationToken cancellationToken)
    {
        try
        {
            return TaskEnd.Of((await client.GetMessageAsync(messageId, after: null, TimeSpan.Zero, cancellationToken)).Task);
        }
        catch (BackchannelException)
        {
            return null;
        }
    }

    /// <summary>How long a message lives after its claim, by the bus's clock alone: this machine's may differ, or be set meanwhile.</summary>
    private static TimeSpan LifeLeft(HeldLease lease) =>
        Timestamp.TryParse(lease.Message.ExpiresAt, out var end) && Timestamp.TryParse(lease.ExpiresAt, out var leaseEnd)
            ? end - (leaseEnd - lease.Length)
            : TimeSpan.MaxValue;
}
