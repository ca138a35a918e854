using System.Collections.Concurrent;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The tasks this process holds: takes them, keeps their leases alive, and gives them back at the end.</summary>
/// <remarks>
/// A claim whose call was cancelled, before or after the bus stored it, is given back: nobody would work on it, and renewing would
/// keep it from everybody else.
/// </remarks>
internal sealed class HeldLeases : IAsyncDisposable
{
    /// <summary>A clean exit has one second for everything.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromMilliseconds(800);

    private readonly BackchannelClient client;
    private readonly WorkerSession session;
    private readonly TimeProvider time;
    private readonly SessionPresence presence;
    private readonly UndecidedClaims undecided;
    private readonly ConcurrentDictionary<string, Holding> holdings = new();
    private readonly OwnedTasks background = new();
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource stopped = new();

    public HeldLeases(BackchannelClient client, WorkerSession session, TimeProvider time)
    {
        this.client = client;
        this.session = session;
        this.time = time;
        presence = new(client, session, time);
        undecided = new(client, time, GiveBackAsync);
    }

    /// <summary>Claims a message.</summary>
    /// <param name="cancellationToken">
    /// Of the call that asks, and no other: cancelled before the call is answered, it gives the claim back.
    /// </param>
    /// <param name="channelId">Where a later call may look for the task if the answer to this one is lost.</param>
    /// <returns>Null when somebody else was quicker, or the message is gone.</returns>
    public Task<HeldLease?> TakeAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan lease, CancellationToken cancellationToken, string? channelId = null)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not cancelled with the call: whether the bus stored the claim has to be known.
        var claim = ClaimAsync(bus, messageId, actor, channelId, lease, cancellationToken);
        background.Own(claim);
        return claim.WaitAsync(cancellationToken);
    }

    /// <summary>Claims what a session of this key held that is gone; only where the bus offers <see cref="Additions.TaskSessions"/>.</summary>
    /// <param name="cancellationToken">Of the call that asks, as for <see cref="TakeAsync"/>.</param>
    /// <exception cref="BackchannelException">The bus refuses: its code says what stands.</exception>
    public Task<HeldLease> TakeOverAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var claim = SendAsync(
            bus, new(messageId, actor, channelId: null, lease) { Session = session, TakesOver = true }, cancellationToken);
        background.Own(claim);
        return claim.WaitAsync(cancellationToken);
    }

    /// <summary>Whether this process ends with its call, as a command in a shell.</summary>
    public bool IsDetached => session.IsDetached;

    /// <summary>The session under which this process claims, where the bus knows sessions.</summary>
    public async ValueTask<WorkerSession?> SessionAsync(BackchannelClient bus, CancellationToken cancellationToken) =>
        await bus.Connection.Additions.OfferAsync(Additions.TaskSessions, cancellationToken) ? session : null;

    /// <summary>Ids of the tasks that this process holds, the longest held first.</summary>
    public IReadOnlyList<string> Ids =>
    [
        .. holdings.Values.Select(static holding => holding.Lease)
            .Where(static lease => !lease.IsLost)
            .OrderBy(static lease => lease.Message.ClaimedAt, StringComparer.Ordinal)
            .ThenBy(static lease => lease.Message.CreatedAt, StringComparer.Ordinal)
            .Select(static lease => lease.MessageId),
    ];

    /// <summary>The claim of this process on a message; also one whose lease was lost since.</summary>
    public HeldLease? Find(string messageId) =>
        holdings.TryGetValue(messageId, out var holding) ? holding.Lease : null;

    /// <summary>Tasks of a channel that this process may hold under an actor without knowing it; <see cref="TakeAsync"/> finds out.</summary>
    public IReadOnlyList<string> Undecided(string channelId, string actor) => undecided.On(channelId, actor);

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
        await closing.CancelAsync();
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
        await closing.CancelAsync();
        foreach (var messageId in holdings.Keys)
        {
            Forget(messageId);
        }

        await presence.DisposeAsync();
    }

    private async Task<HeldLease?> ClaimAsync(
        BackchannelClient bus, string messageId, string actor, string? channelId, TimeSpan length, CancellationToken call)
    {
        // The request must not be on its way before this task is owned, or a clean exit could overlook it.
        await Task.Yield();
        if (await undecided.TakeAsync(bus, messageId, actor, length, stopped.Token) is { } found)
        {
            Hold(found, call);
            return found;
        }

        try
        {
            var named = await SessionAsync(bus, stopped.Token);
            return await SendAsync(bus, new(messageId, actor, channelId, length) { Session = named }, call);
        }
        catch (BackchannelException exception) when (exception.Code
            is ErrorCodes.AlreadyClaimed or ErrorCodes.MessageExpired or ErrorCodes.MessageNotFound)
        {
            return null;
        }
    }

    private async Task<HeldLease> SendAsync(BackchannelClient bus, PendingClaim claim, CancellationToken call)
    {
        // As above.
        await Task.Yield();
        try
        {
            var lease = await claim.SendAsync(bus, stopped.Token);
            Hold(lease, call);
            return lease;
        }
        catch (BackchannelException exception) when (exception.IsUndecided)
        {
            background.Own(undecided.AddAsync(claim, closing.Token, stopped.Token));
            throw;
        }
    }

    private void Hold(HeldLease lease, CancellationToken call)
    {
        Forget(lease.MessageId);
        var holding = new Holding(lease, stopped.Token);
        holdings[lease.MessageId] = holding;
        background.Own(RenewAsync(holding, holding.Ended));
        if (lease.Session is { IsDetached: false })
        {
            presence.Keep(() => holdings.Values.Any(static held => !held.Lease.IsLost));
        }

        // Until the call is answered nobody but this process knows of the claim.
        holding.EndWith(call.UnsafeRegister(_ => background.Own(GiveBackAsync(lease.MessageId)), null));
        if (closing.IsCancellationRequested)
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
            var renewed = await client.RenewLeaseAsync(lease.LeaseToken, lease.Length, lease.Session, cancellationToken);
            return lease with { ExpiresAt = renewed.ExpiresAt };
        }
        catch (BackchannelException exception)
        {
            // Anything but "expired" is a bus that is away: one more renewal fits into the lease. A lost lease is kept in mind,
            // so that an ack can tell who took its place.
            return lease with { IsLost = exception.Code is ErrorCodes.LeaseExpired or ErrorCodes.AlreadyClaimed };
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
        if (!holding.Lease.IsLost)
        {
            await GiveBackAsync(holding.Lease);
        }
    }

    private async ValueTask GiveBackAsync(HeldLease lease)
    {
        try
        {
            await client.ReleaseAsync(lease.MessageId, lease.Actor.Id, lease.Session, stopped.Token, lease.LeaseToken);
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
