using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>One claim that this process asks the bus for, once or repeatedly.</summary>
/// <param name="actor">The actor's name or id, as it is asked for.</param>
/// <param name="channelId">Null where it is not known.</param>
/// <param name="length">How long the lease lasts.</param>
internal class PendingClaim(string messageId, string actor, string? channelId, TimeSpan length)
{
    /// <summary>Every repetition carries it, and so gets the answer of the first one that arrived.</summary>
    protected IdempotencyKey Key { get; init; } = IdempotencyKey.New();

    /// <summary>Of the message, or whatever names a claim that names none.</summary>
    public string Id { get; } = messageId;

    public string Actor { get; } = actor;

    public string? ChannelId { get; } = channelId;

    public TimeSpan Length { get; } = length;

    /// <summary>Under which it claims; null where the bus knows no sessions.</summary>
    public WorkerSession? Session { get; init; }

    /// <summary>Whether it takes over from a session of the same key that is gone; needs a <see cref="Session"/>.</summary>
    public bool TakesOver { get; init; }

    /// <summary>Whether the bus chose the task. One that cannot be read would be chosen again, so its attempt counts as failed.</summary>
    public virtual bool IsChosenByBus => false;

    /// <summary>Which task the bus gave in an answer that was too long to be read.</summary>
    /// <returns>Null where that cannot be seen.</returns>
    public virtual string? FindId(AnswerTooLongException answer) => Id;

    /// <returns>Null: nothing was claimed.</returns>
    /// <exception cref="BackchannelException">It was refused, or there was no answer.</exception>
    public virtual async Task<HeldLease?> SendAsync(BackchannelClient bus, CancellationToken cancellationToken)
    {
        var claimed = TakesOver
            ? await bus.TakeOverAsync(Id, Actor, Length, Session!, cancellationToken, Key)
            : await bus.ClaimWithLeaseAsync(Id, Actor, Length, Session, cancellationToken, Key);
        var holder = claimed.Message.ClaimedBy ?? new ActorReference(Actor, Actor);
        return new(claimed.Message, holder, claimed.LeaseToken, Length, claimed.ExpiresAt)
        {
            Session = Session,
            Deliveries = claimed.Deliveries,
            TraceParent = claimed.Traceparent,
        };
    }
}
