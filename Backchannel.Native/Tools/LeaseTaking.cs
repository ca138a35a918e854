using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Claims tasks for this process, which then holds their leases.</summary>
/// <remarks>A claim whose call is cancelled is sent to its end all the same: whether the bus stored it has to be known.</remarks>
internal sealed class LeaseTaking
{
    private readonly HeldLeases held;
    private readonly WorkerSession session;
    private readonly UndecidedClaims undecided;
    private readonly TimeProvider time;

    public LeaseTaking(BackchannelClient client, HeldLeases held, WorkerSession session, TimeProvider time)
    {
        this.held = held;
        this.session = session;
        this.time = time;
        undecided = new(client, time, held.GiveBackAsync);
    }

    /// <summary>Whether this process ends with its call, as a command in a shell.</summary>
    public bool IsDetached => session.IsDetached;

    /// <summary>The session under which this process claims, where the bus knows sessions.</summary>
    public async ValueTask<WorkerSession?> SessionAsync(BackchannelClient bus, CancellationToken cancellationToken) =>
        await bus.Connection.Additions.OfferAsync(Additions.TaskSessions, cancellationToken) ? session : null;

    /// <summary>Claims a message.</summary>
    /// <param name="cancellationToken">
    /// Of the call that asks, and no other: cancelled before the call is answered, it gives the claim back.
    /// </param>
    /// <param name="channelId">Where a later call may look for the task if the answer to this one is lost.</param>
    /// <returns>Null when another worker has claimed it first, or the message is gone.</returns>
    public Task<HeldLease?> TakeAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan lease, CancellationToken cancellationToken, string? channelId = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return held.Background.Start(() => ClaimAsync(bus, messageId, actor, channelId, lease, cancellationToken)).WaitAsync(cancellationToken);
    }

    /// <summary>Claims what a session of this key held that is gone; only where the bus offers <see cref="Additions.TaskSessions"/>.</summary>
    /// <param name="cancellationToken">Of the call that asks, as for <see cref="TakeAsync"/>.</param>
    /// <exception cref="BackchannelException">The bus refuses: its code says what stands.</exception>
    public Task<HeldLease> TakeOverAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var claim = new PendingClaim(messageId, actor, channelId: null, lease) { Session = session, TakesOver = true };
        return held.Background.Start(() => SendAsync(bus, claim, cancellationToken)).WaitAsync(cancellationToken);
    }

    /// <summary>Claims the best open task of some channels; only where the bus offers <see cref="Additions.ClaimNext"/>.</summary>
    /// <param name="wait">How long the bus may hold the request while there is none.</param>
    /// <param name="look">Ends the request. What the bus may have given is then given back.</param>
    /// <param name="call">As for <see cref="TakeAsync"/>.</param>
    /// <returns>Null when there is none.</returns>
    public async Task<HeldLease?> TakeNextAsync(
        BackchannelClient bus, NextOrder order, TimeSpan wait, CancellationToken look, CancellationToken call)
    {
        foreach (var id in undecided.On(order.Place, order.Actor))
        {
            if (await undecided.TakeAsync(bus, id, order.Actor, order.Lease, look) is { } found)
            {
                held.Hold(found, call);
                return found;
            }
        }

        var claim = order.Task is { } task ? await PendingNextClaim.OfTaskAsync(bus, order, task, look) : new(order) { Session = session };
        return await held.Background.Start(() => SendNextAsync(bus, claim, wait, look, call));
    }

    /// <summary>Tasks of a channel that this process may hold under an actor without knowing it; <see cref="TakeAsync"/> finds out.</summary>
    public IReadOnlyList<string> Undecided(string channelId, string actor) => undecided.On(channelId, actor);

    private async Task<HeldLease?> ClaimAsync(
        BackchannelClient bus, string messageId, string actor, string? channelId, TimeSpan length, CancellationToken call)
    {
        if (await undecided.TakeAsync(bus, messageId, actor, length, held.Stopped) is { } found)
        {
            held.Hold(found, call);
            return found;
        }

        try
        {
            var named = await SessionAsync(bus, held.Stopped);
            return await SendAsync(bus, new(messageId, actor, channelId, length) { Session = named }, call);
        }
        catch (BackchannelException exception) when (exception.Code
            is ErrorCodes.AlreadyClaimed or ErrorCodes.MessageExpired or ErrorCodes.MessageNotFound)
        {
            return null;
        }
    }

    private async Task<HeldLease?> SendNextAsync(
        BackchannelClient bus, PendingNextClaim claim, TimeSpan wait, CancellationToken look, CancellationToken call)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(look, held.Stopped);
        var asked = time.GetUtcNow();
        try
        {
            if (await claim.ClaimAsync(bus, wait, ending.Token) is { } lease)
            {
                held.Hold(lease with { AskedAt = asked }, call);
                return lease;
            }

            return null;
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.LeaseExpired && claim.HasNoAck)
        {
            // Its answer came too late: the bus has given the task to another one. A task of the extension claims once.
            return !claim.IsOfTask ? null : throw new ToolException(
                "The task that this wait had claimed is no longer held: it was given back, or ended, before this answer.\nCall claim_task again for the next one.");
        }
        catch (BackchannelException fault) when (UnreadableClaim.Is(fault))
        {
            throw await UnreadableClaim.PassOverAsync(bus, claim, fault, held.Stopped);
        }
        catch (Exception exception) when (exception is OperationCanceledException or BackchannelException { IsUndecided: true })
        {
            held.Background.Own(undecided.AddAsync(claim, held.Closing, held.Stopped));
            throw;
        }
    }

    private async Task<HeldLease> SendAsync(BackchannelClient bus, PendingClaim claim, CancellationToken call)
    {
        var asked = time.GetUtcNow();
        try
        {
            var lease = (await claim.SendAsync(bus, held.Stopped))!;
            held.Hold(lease with { AskedAt = asked }, call);
            return lease;
        }
        catch (BackchannelException fault) when (UnreadableClaim.Is(fault))
        {
            throw await UnreadableClaim.PassOverAsync(bus, claim, fault, held.Stopped);
        }
        catch (BackchannelException exception) when (exception.IsUndecided)
        {
            held.Background.Own(undecided.AddAsync(claim, held.Closing, held.Stopped));
            throw;
        }
    }
}
