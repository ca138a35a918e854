using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>A message as it is stored, with the actors it names.</summary>
internal sealed record MessageRecord
{
    /// <summary>The key of the row, the order, the cursor, and a part of the id.</summary>
    public required long CreatedAt { get; init; }

    public required long Salt { get; init; }

    public required long Channel { get; init; }

    public ActorReference? Actor { get; init; }

    public string? ActorLabel { get; init; }

    public required string Content { get; init; }

    /// <summary>A JSON object; null for an empty one.</summary>
    public string? Metadata { get; init; }

    /// <summary>A JSON list of actors; null for none.</summary>
    public string? Mentions { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>The number of the actor that holds the message.</summary>
    public long? HolderNumber { get; init; }

    public ActorReference? Holder { get; init; }

    public string? ClaimedByKeyId { get; init; }

    public long? ClaimedAt { get; init; }

    public long? LeaseSalt { get; init; }

    public long? LeaseExpiresAt { get; init; }

    /// <summary>The session of the claim: the hash of its secret, empty for one that does not live on, null where the claim named none.</summary>
    public string? HolderSession { get; init; }

    /// <summary>Handed to a claimer that waited, which has not renewed the lease yet: nobody knows whether it got the task.</summary>
    public bool IsHandedOut { get; init; }

    public bool Acked { get; init; }

    /// <summary>Who acknowledged it, where the write that did so knows them; null: they are looked up.</summary>
    public IReadOnlyList<Acknowledgement>? Acks { get; init; }

    public StoredState State { get; init; }

    /// <summary>1 to 9, higher first.</summary>
    public int Priority { get; init; } = TaskLimits.DefaultPriority;

    /// <summary>The key that posted; null for messages of before it was stored.</summary>
    public string? PostedByKeyId { get; init; }

    /// <summary>Id of the message that this one answers.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>Id of the first message of the chain of answers.</summary>
    public string? Thread { get; init; }

    /// <summary>Which options the post named.</summary>
    public PostOptions Named { get; init; }

    /// <summary>How often the message was taken.</summary>
    public int Deliveries { get; init; }

    /// <summary>Grows with every claim, release, ack, note and change of state.</summary>
    public long Version { get; init; }

    /// <summary>What the holder renews its lease with; null without one.</summary>
    public string? LeaseToken => LeaseSalt is { } salt ? BusId.Format(CreatedAt, salt) : null;

    /// <summary>Whether more than its first claim has happened since the post: without that it has no notes, and no attempt has ended.</summary>
    public bool HasHistory => Version > (IsHeld ? 1 : 0);

    public string Id => BusId.Format(CreatedAt, Salt);

    public bool IsHeld => HolderNumber is not null;

    /// <summary>Whether another actor may take the message: it is free, or its lease ran out without an ack.</summary>
    public bool CanBeTaken(long now) => !IsHeld || (!Acked && LeaseExpiresAt <= now);

    public bool IsExpired(long now) => ExpiresAt <= now;
}
