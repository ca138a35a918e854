using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The rules of claims, leases, releases and acks. All of them run in the writer, one after the other: one of many claimants wins.</summary>
internal static class Claiming
{
    /// <summary>Finds a message that has not expired, in a channel that the key may use.</summary>
    public static (MessageRecord Message, ChannelRecord Channel) RequireMessage(
        WriteContext context,
        ApiKeyRecord key,
        string id,
        bool claimable) => RequireMessage(context.Storage, key, id, claimable, context.Now);

    public static (MessageRecord Message, ChannelRecord Channel) RequireMessage(
        StorageSession storage,
        ApiKeyRecord key,
        string id,
        bool claimable,
        long now,
        bool tellsEnd = false)
    {
        var message = storage.Messages.Find(id) ?? throw ExpiredTask.Refuse(storage, key, id, tellsEnd);
        // The messages of a deleted channel are removed later than the channel itself.
        var channel = storage.Channels.FindByNumber(message.Channel) ?? throw Refusal.MessageNotFound();
        if (message.IsExpired(now))
        {
            throw tellsEnd ? ExpiredTask.Refuse(storage, key, message, channel) : Refusal.MessageExpired();
        }

        if (claimable && !channel.IsClaimable)
        {
            throw Refusal.NotClaimable();
        }

        storage.RequireAccess(key, channel);
        return (message, channel);
    }

    /// <summary>Claims without a lease.</summary>
    /// <returns>One of <see cref="ClaimStatus"/>, and the message as it is now.</returns>
    public static (string Status, MessageRecord Message) Claim(WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields)
    {
        var actor = ActingActor.Find(context.Storage, key, fields.Actor);
        if (message.IsHeld && message.HolderNumber == actor.Known?.Number)
        {
            return (message.Acked ? ClaimStatus.AlreadyAcknowledged : ClaimStatus.AlreadyClaimed, message);
        }

        RequireFree(context, message);
        var claimed = EndRunOutAttempt(context, message) with { LeaseSalt = null, LeaseExpiresAt = null, IsHandedOut = false };
        return (ClaimStatus.Claimed, Store(context, key, claimed, actor, fields));
    }

    /// <summary>Claims until a lease runs out; refused also for the actor that holds the message already.</summary>
    /// <returns>The message as it is now.</returns>
    public static MessageRecord ClaimWithLease(
        WriteContext context,
        ApiKeyRecord key,
        MessageRecord message,
        ClaimFields fields,
        int leaseSeconds)
    {
        // The first refusal is that of another owner's actor, so that it learns nothing about the message.
        _ = ActingActor.Find(context.Storage, key, fields.Actor);
        RequireFree(context, message);
        return TakeWithLease(context, key, EndRunOutAttempt(context, message), fields, leaseSeconds);
    }

    /// <summary>Gives a message to the caller until a lease runs out, whoever held it.</summary>
    /// <param name="isHandedOut">See <see cref="MessageRecord.IsHandedOut"/>.</param>
    /// <returns>The message as it is now.</returns>
    public static MessageRecord TakeWithLease(
        WriteContext context,
        ApiKeyRecord key,
        MessageRecord message,
        ClaimFields fields,
        int leaseSeconds,
        bool isHandedOut = false)
    {
        var claimed = message with
        {
            LeaseSalt = BusId.NewSalt(), LeaseExpiresAt = context.Now + (leaseSeconds * Instant.PerSecond), IsHandedOut = isHandedOut,
        };
        return Store(context, key, claimed, ActingActor.Find(context.Storage, key, fields.Actor), fields);
    }

    /// <param name="outcome">See <see cref="HolderRules.OutcomeOfReturn"/>.</param>
    public static void Release(WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields, string outcome)
    {
        if (!message.IsHeld)
        {
            throw new ApiException(409, ErrorCodes.NotClaimed, "Nobody holds this message.");
        }

        // A caller with a session was checked by its session, so its actor does not matter.
        if (fields.Session is null && ActingActor.Find(context.Storage, key, fields.Actor).Known?.Number != message.HolderNumber)
        {
            throw new ApiException(403, ErrorCodes.Forbidden, "Another actor holds this message.");
        }

        TaskAttempts.End(context, message, outcome, null);
    }

    /// <summary>Why a lease cannot be renewed. Its holder is told when the task was cancelled, or failed.</summary>
    public static ApiException LostLease(StorageSession storage, string leaseToken) =>
        BusId.TryParse(leaseToken, out var createdAt, out var salt) && storage.Messages.Find(createdAt) is { State: StoredState.Failed or StoredState.Cancelled } ended
            && ended.LeaseSalt == salt
            ? TaskRules.Ended(ended)
            : Refusal.LeaseExpired();

    private static void RequireFree(WriteContext context, MessageRecord message)
    {
        TaskRules.RequireClaimable(message);

        // The sweep is about to fail a task whose last attempt ended with its lease.
        if (!message.CanBeTaken(context.Now) || (message.IsHeld && AttemptLimit.IsLast(context.Storage, message)))
        {
            throw Refusal.AlreadyClaimed();
        }
    }

    /// <summary>Ends the attempt of a holder whose task is taken over. One whose lease ran out counts, as with a claim.</summary>
    /// <param name="outcome">Of one whose lease has not run out: see <see cref="HolderRules.OutcomeOfReturn"/>.</param>
    /// <returns>The message as it is now: failed, if this was its last attempt.</returns>
    public static MessageRecord EndTakenOver(WriteContext context, MessageRecord message, string outcome)
    {
        if (message.CanBeTaken(context.Now))
        {
            RequireFree(context, message);
            return EndRunOutAttempt(context, message);
        }

        if (outcome == AttemptOutcomes.Released)
        {
            TaskAttempts.HandOver(context, message, "Another process of the same key took it over.");
        }
        else
        {
            TaskAttempts.End(context, message, outcome, null);
        }

        return context.Storage.Messages.Find(message.CreatedAt)!;
    }

    /// <returns>The message as it is now.</returns>
    private static MessageRecord EndRunOutAttempt(WriteContext context, MessageRecord message)
    {
        if (!message.IsHeld)
        {
            return message;
        }

        TaskAttempts.End(context, message, AttemptOutcomes.LeaseRanOut, null);
        return context.Storage.Messages.Find(message.CreatedAt)!;
    }

    /// <param name="message">With its new lease.</param>
    /// <returns>The message as it is now.</returns>
    private static MessageRecord Store(WriteContext context, ApiKeyRecord key, MessageRecord message, ActingActor actor, ClaimFields fields)
    {
        var holder = actor.GetOrCreate(context, key);
        var claimed = message with
        {
            HolderNumber = holder.Number,
            Holder = new ActorReference(holder.Id, holder.Name),
            HolderSession = fields.HolderSession,
            ClaimedByKeyId = key.KeyId,
            ClaimedAt = context.Now,
            Deliveries = message.Deliveries + 1,
            Version = message.Version + 1,
        };
        context.Storage.Claims.Claim(claimed, fields.Metadata);
        if (claimed is { Deliveries: 1, Acked: false })
        {
            context.Measure(measures => measures.Waits.Add(Instant.Between(message.CreatedAt, context.Now)));
        }

        context.MessageChanged(message.Channel, message.CreatedAt);
        return claimed;
    }

    /// <summary>Refuses an ack under a lease that has been replaced or released; an actor that has acknowledged before is not refused.</summary>
    /// <param name="leaseToken">Null: the caller sent none; then anyone with access to the channel may acknowledge.</param>
    public static void RequireLease(WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields, string? leaseToken)
    {
        if (leaseToken is null
            || (BusId.TryParse(leaseToken, out var createdAt, out var salt) && createdAt == message.CreatedAt && salt == message.LeaseSalt))
        {
            return;
        }

        var actor = ActingActor.Find(context.Storage, key, message, fields);
        if (actor.Known is not { } known || context.Storage.Acks.List(message.CreatedAt).All(ack => ack.Id != known.Id))
        {
            throw Refusal.LeaseExpired();
        }
    }

    /// <returns>The actor, and all acks of the message; null for these where it had acknowledged before.</returns>
    public static (ActorRecord Actor, IReadOnlyList<Acknowledgement>? Acks) Acknowledge(
        WriteContext context, ApiKeyRecord key, MessageRecord message, ChannelRecord channel, ClaimFields fields)
    {
        var actor = ActingActor.Find(context.Storage, key, message, fields).GetOrCreate(context, key);
        var acks = context.Storage.Acks.Add(message, actor, fields.Metadata, context.NextTime());
        if (acks is not null)
        {
            context.MessageChanged(message.Channel, message.CreatedAt);
        }

        if (!message.Acked)
        {
            TaskLife.Acknowledged(context, message, channel);
        }

        return (actor, acks);
    }
}
