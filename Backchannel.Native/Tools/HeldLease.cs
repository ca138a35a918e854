using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A task that this process has claimed and neither acknowledged nor given back.</summary>
/// <param name="Message">The task as it was when it was claimed.</param>
/// <param name="Actor">Who claimed; addressed by id, because aliases of others can shadow a name.</param>
/// <param name="LeaseToken">Renews the lease.</param>
/// <param name="Length">How long the lease lasts from each renewal.</param>
/// <param name="ExpiresAt">When it runs out unless renewed, a <see cref="Timestamp"/>.</param>
internal sealed record HeldLease(
    Message Message, ActorReference Actor, string LeaseToken, TimeSpan Length, string ExpiresAt)
{
    public string MessageId => Message.Id;

    public string ChannelId => Message.ChannelId;

    /// <summary>The session that claimed it; null where the bus knows no sessions.</summary>
    public WorkerSession? Session { get; init; }

    /// <summary>Ids of the channels whose best task it was; null where it was claimed by its id.</summary>
    public IReadOnlyList<string>? ClaimedFrom { get; init; }

    /// <summary>The key of a claim that another process may have got too, and then goes on with; null: it is this process's alone.</summary>
    public string? ClaimKey { get; init; }

    /// <summary>The <c>traceparent</c> of the post; null where it had none, or the bus does not say.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When the claim was sent; null where that is not known any more.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>How often the task has been taken, this time included; null where the bus does not say.</summary>
    public int? Deliveries { get; init; }

    /// <summary>What the bus knows of the task's life; null where it does not say.</summary>
    public TaskView? Task { get; init; }

    /// <summary>What the tasks brought on which this one depends; null for none.</summary>
    public IReadOnlyList<PrerequisiteResult>? Prerequisites { get; init; }

    /// <summary>The bus no longer knows the lease, because somebody else may have taken the task or it has expired.</summary>
    public bool IsLost { get; init; }

    /// <summary>How the task ended while it was held: it failed or was cancelled. Then the lease is lost too.</summary>
    public TaskEnd? End { get; init; }

    /// <summary>Whether a message that was read again still shows this very claim, not a later one under the same name.</summary>
    public bool IsShownBy(Message message) =>
        message.ClaimedBy?.Id == Actor.Id && message.ClaimedAt == Message.ClaimedAt;
}
