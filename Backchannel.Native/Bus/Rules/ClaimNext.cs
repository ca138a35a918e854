using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Gives a claimer the best open task of its channels. All of it runs in the writer.</summary>
internal sealed class ClaimNext(HolderRules holders, Acknowledging acknowledging)
{
    /// <summary>The first lease of a task that is handed to a claimer which waited: it may be gone without a sign.</summary>
    public const int UnconfirmedSeconds = 15;

    /// <summary>The channels that a request names, without repetitions.</summary>
    /// <exception cref="ApiException">One of them does not exist, is not this key's to use, or has no tasks; the answer names it.</exception>
    public static IReadOnlyList<ChannelRecord> Resolve(StorageSession storage, ClaimNextOrder order) =>
    [
        .. order.Channels
            .Select(reference => Require(storage, order.Key, reference, storage.Channels.Find(reference, order.Key.OwnerId)))
            .DistinctBy(static channel => channel.Number),
    ];

    /// <summary>The same channels later: each may have been changed or deleted.</summary>
    public static IReadOnlyList<ChannelRecord> LookAgain(StorageSession storage, ClaimNextOrder order, IReadOnlyList<ChannelRecord> channels)
    {
        storage.RequireValid(order.Key);
        return [.. channels.Select(channel => Require(storage, order.Key, channel.Id, storage.Channels.FindByNumber(channel.Number)))];
    }

    /// <summary>Acknowledges the task that the claimer has done, if the request names one. A repetition changes nothing.</summary>
    /// <exception cref="ApiException">It is refused, and with it the claim.</exception>
    public ClaimOutcome? Acknowledge(WriteContext context, ClaimNextOrder order)
    {
        if (order.Before is not { } before)
        {
            return null;
        }

        var task = Claiming.RequireMessage(context, order.Key, before.MessageId, claimable: true);
        return acknowledging.Run(context, order.Key, task, before.Claim, before.LeaseToken, before.Result).ToWire(context, task);
    }

    /// <summary>What an earlier request with the same key got.</summary>
    /// <returns>Null when there was none that got something.</returns>
    /// <exception cref="ApiException">The lease is over.</exception>
    public static NextTask? FindRepeated(WriteContext context, ClaimNextOrder order)
    {
        if (order.Digest is not { } digest || context.Storage.ClaimKeys.Find(digest, context.Now) is not { } claim)
        {
            return null;
        }

        var token = BusId.Format(claim.Message, claim.LeaseSalt);
        if (context.Storage.Claims.FindLeased(token) is not { Acked: false } message
            || message.IsExpired(context.Now)
            || message.LeaseExpiresAt is not { } end
            || end <= context.Now
            || context.Storage.Channels.FindByNumber(message.Channel) is not { } channel)
        {
            throw Refusal.LeaseExpired();
        }

        if (message.HolderSession != order.Fields.HolderSession)
        {
            throw new ApiException(
                422, ErrorCodes.IdempotencyKeyReused, "This Idempotency-Key was used by another session within a day. Use a new key for each claim.");
        }

        context.Storage.RequireAccess(order.Key, channel);
        context.Storage.ClaimKeys.AddRepetition(digest, context.NextTime(), claim.Message, claim.LeaseSalt);
        if (order.ResumedDigest is { } resumed)
        {
            context.Storage.ClaimKeys.AddRepetition(resumed, context.NextTime(), claim.Message, claim.LeaseSalt);
        }

        return NextTask.Of(context, message, channel) with { IsRepeated = true };
    }

    /// <summary>Takes the best open task.</summary>
    /// <param name="hasWaited">Whether the claimer waited for it; then it has to renew the lease at once.</param>
    /// <returns>Null when no task is open.</returns>
    public NextTask? TryTake(WriteContext context, ClaimNextOrder order, IReadOnlyList<ChannelRecord> channels, bool hasWaited)
    {
        (OpenTask Task, ChannelRecord Channel)? best = null;
        foreach (var channel in channels)
        {
            if (context.Storage.Claims.FindOpen(channel.Number, context.Now, order.PostedBy) is { } open && (best is not { } other || open.IsBefore(other.Task)))
            {
                best = (open, channel);
            }
        }

        return best is { } found ? Take(context, order, found.Task, found.Channel, hasWaited) : null;
    }

    /// <summary>Undoes a claim whose answer did not reach the claimer, unless its lease was renewed or a repetition got it too: then somebody may work on it.</summary>
    public static void TakeBack(WriteContext context, NextTask task)
    {
        var given = task.Message;
        if (task.IsRepeated
            || given.LeaseSalt is not { } salt
            || context.Storage.Messages.Find(given.CreatedAt) is not { } stored
            || (stored.LeaseSalt, stored.LeaseExpiresAt, stored.IsHandedOut) != (salt, given.LeaseExpiresAt, given.IsHandedOut))
        {
            return;
        }

        if (task.Digest is { } digest)
        {
            if (context.Storage.ClaimKeys.IsRepeated(digest, salt))
            {
                return;
            }

            // Nobody got it, so the next request with this key is the first one.
            context.Storage.ClaimKeys.Remove(digest, salt);
        }

        TaskAttempts.TakeBack(context, given.Channel, given.CreatedAt, salt);
    }

    private NextTask Take(WriteContext context, ClaimNextOrder order, OpenTask open, ChannelRecord channel, bool hasWaited)
    {
        var storage = context.Storage;
        var seconds = hasWaited ? UnconfirmedSeconds : order.LeaseSeconds;
        var message = Claiming.TakeWithLease(
            context, order.Key, storage.Messages.Find(open.CreatedAt)!, order.Fields, seconds, isHandedOut: hasWaited);
        holders.Took(context, order.Fields);
        if (order.Digest is { } digest)
        {
            storage.ClaimKeys.Add(digest, context.NextTime(), message.CreatedAt, message.LeaseSalt!.Value);
        }

        if (order.ResumedDigest is { } resumed)
        {
            storage.ClaimKeys.Add(resumed, context.NextTime(), message.CreatedAt, message.LeaseSalt!.Value);
        }

        return NextTask.Of(context, message, channel) with { Digest = order.Digest };
    }

    private static ChannelRecord Require(StorageSession storage, ApiKeyRecord key, string reference, ChannelRecord? channel)
    {
        try
        {
            storage.RequireAccess(key, channel ?? throw Refusal.ChannelNotFound());
            return channel.IsClaimable ? channel : throw Refusal.NotClaimable();
        }
        catch (ApiException refusal)
        {
            throw new ApiException(refusal.Status, refusal.Code, $"{refusal.Message} It was asked for as '{reference}'.")
            {
                Extras = [new("channel", reference)],
            };
        }
    }
}
