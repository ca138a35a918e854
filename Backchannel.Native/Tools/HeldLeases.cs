using System.Collections.Concurrent;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The tasks this process holds: takes them, keeps their leases alive, and gives them back at the end.</summary>
/// <remarks>
/// A claim whose call was cancelled, before or after the bus stored it, is given back: nobody would work on it, and renewing would
/// keep it from everybody else.
/// </remarks>
internal sealed class HeldLeases(BackchannelClient client, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A clean exit has one second for everything.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromMilliseconds(800);

    private readonly ConcurrentDictionary<string, Holding> holdings = new();
    private readonly OwnedTasks background = new();
    private readonly CancellationTokenSource stopped = new();
    private volatile bool closing;

    /// <summary>Claims a message.</summary>
    /// <param name="cancellationToken">
    /// Of the call that asks, and no other: cancelled before the call is answered, it gives the claim back.
    /// </param>
    /// <returns>Null when somebody else was quicker, or the message is gone.</returns>
    public Task<HeldLease?> TakeAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not cancelled with the call: whether the bus stored the claim has to be known.
        var claim = ClaimAsync(bus, messageId, actor, lease, cancellationToken);
        background.Own(claim);
        return claim.WaitAsync(cancellationToken);
    }

    /// <summary>The claim of this process on a message; also one whose lease was lost since.</summary>
    public HeldLease? Find(string messageId) =>
        holdings.TryGetValue(messageId, out var holding) ? holding.Lease : null;

    /// <summary>Stops renewing a task that is acknowledged, given back, or lost for good.</summary>
    public void Forget(string messageId)
    {
        if (holdings.TryRemove(messageId, out var holding))
        {
            holding.Dispose();
        }
    }

    /// <summary>Gives back everything that is still held, within one second; what could not be given back runs out.</summary>
    /// <remarks>Waits for claims under way too, and gives them back as well.</remarks>
    public async Task ReleaseAllAsync()
    {
        closing = true;
        foreach (var messageId in holdings.Keys)
        {
            background.Own(GiveBackAsync(messageId));
        }

        using var limit = new CancellationTokenSource(ReleaseLimit, time);
        await background.WaitAsync(limit.Token);
        await stopped.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        foreach (var messageId in holdings.Keys)
        {
            Forget(messageId);
        }
    }

    private async Task<HeldLease?> ClaimAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan length, CancellationToken call)
    {
        // The request must not be on its way before this task is owned, or a clean exit could overlook it.
        await Task.Yield();
        try
        {
            var claimed = await bus.ClaimWithLeaseAsync(messageId, actor, length, stopped.Token);
            var holder = claimed.Message.ClaimedBy ?? new ActorReference(actor, actor);
            var lease = new HeldLease(claimed.Message, holder, claimed.LeaseToken, length, claimed.ExpiresAt)
            {
                Deliveries = claimed.Deliveries,
            };
            Hold(lease, call);
            return lease;
        }
        catch (BackchannelException exception) when (exception.Code
            is ErrorCodes.AlreadyClaimed or ErrorCodes.MessageExpired or ErrorCodes.MessageNotFound)
        {
            return null;
        }
    }

    private void Hold(HeldLease lease, CancellationToken call)
    {
        Forget(lease.MessageId);
        var holding = new Holding(lease, stopped.Token);
        holdings[lease.MessageId] = holding;
        background.Own(RenewAsync(holding, holding.Ended));
        // Until the call is answered nobody but this process knows of the claim.
        holding.EndWith(call.UnsafeRegister(_ => background.Own(GiveBackAsync(lease.MessageId)), null));
        if (closing)
        {
            background.Own(GiveBackAsync(lease.MessageId));
        }
    }

    private async Task RenewAsync(Holding holding, CancellationToken cancellationToken)
    {
        var (claimedAt, life) = (time.GetTimestamp(), LifeLeft(holding.Lease));
        try
        {
            while (!holding.Lease.IsLost && time.GetElapsedTime(claimedAt) < life)
            {
                await Task.Delay(holding.Lease.Length / 3, time, cancellationToken);
                holding.Lease = await RenewOnceAsync(holding.Lease, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task<HeldLease> RenewOnceAsync(HeldLease lease, CancellationToken cancellationToken)
    {
        try
        {
            var renewed = await client.RenewLeaseAsync(lease.LeaseToken, lease.Length, cancellationToken);
            return lease with { ExpiresAt = renewed.ExpiresAt };
        }
        catch (BackchannelException exception)
        {
            // Anything but "expired" is a bus that is away: one more renewal fits into the lease. A lost lease is kept in mind,
            // so that an ack can tell who took its place.
            return lease with { IsLost = exception.Code == ErrorCodes.LeaseExpired };
        }
    }

    /// <summary>How long a message lives from its claim on, by the bus's clock alone: this machine's may be another, or be set meanwhile.</summary>
    private static TimeSpan LifeLeft(HeldLease lease) =>
        Timestamp.TryParse(lease.Message.ExpiresAt, out var end) && Timestamp.TryParse(lease.ExpiresAt, out var leaseEnd)
            ? end - (leaseEnd - lease.Length)
            : TimeSpan.MaxValue;

    private async Task GiveBackAsync(string messageId)
    {
        if (!holdings.TryRemove(messageId, out var holding))
        {
            return;
        }

        holding.Dispose();
        if (holding.Lease.IsLost)
        {
            return;
        }

        try
        {
            await client.ReleaseAsync(messageId, holding.Lease.Actor.Id, stopped.Token);
        }
        catch (BackchannelException)
        {
            // The lease runs out by itself.
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
        }
    }

    private sealed class Holding(HeldLease lease, CancellationToken stopped) : IDisposable
    {
        private readonly CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        private CancellationTokenRegistration call;

        /// <summary>The lease as of its last renewal.</summary>
        public HeldLease Lease { get; set; } = lease;

        public CancellationToken Ended => ended.Token;

        public void EndWith(CancellationTokenRegistration registration) => call = registration;

        public void Dispose()
        {
            // Not disposed: that would wait for the callback, which may be what calls this.
            call.Unregister();
            ended.Cancel();
            ended.Dispose();
        }
    }
}
