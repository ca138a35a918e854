using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Acks with and without a result: what counts, what is a repetition, and what is refused.</summary>
internal sealed class Acknowledging(ResultChannels results, HolderRules holders)
{
    /// <param name="leaseToken">The lease under which the work was done; null: the caller sent none.</param>
    /// <param name="result">Null: none.</param>
    public AckOutcome Run(
        WriteContext context,
        ApiKeyRecord key,
        (MessageRecord Message, ChannelRecord Channel) task,
        ClaimFields fields,
        string? leaseToken,
        MessagePosting? result)
    {
        var (message, channel) = task;
        TaskRules.RequireUnended(message);
        if (fields.Session is not null && message.Acked && channel.IsClaimable)
        {
            return new(ClaimStatus.AlreadyAcknowledged, Repeat(context, key, task, fields, result), null);
        }

        Claiming.RequireLease(context, key, message, fields, leaseToken);
        holders.RequireEnding(context, key, message, channel, fields);
        // Checked before anything is written; posting the result asks again.
        result?.Files?.Require(context, key);
        var (actor, acks) = Claiming.Acknowledge(context, key, message, channel, fields);
        var published = result is null ? null : results.Publish(context, key, task, result, actor, isFirstAck: acks is not null);
        return new(acks is null ? ClaimStatus.AlreadyAcknowledged : ClaimStatus.Acknowledged, published, acks);
    }

    /// <summary>An ack of an acknowledged task by a session: a repetition changes nothing, anything else is refused.</summary>
    /// <returns>The channel of the result, if there is one.</returns>
    private string? Repeat(
        WriteContext context, ApiKeyRecord key, (MessageRecord Message, ChannelRecord Channel) task, ClaimFields fields, MessagePosting? result)
    {
        var message = task.Message;
        var acks = context.Storage.Acks.Details(message.CreatedAt);
        if (result is null)
        {
            return fields.Metadata is null || StoredJson.ToElement(fields.Metadata).GetRawText() == acks[0].Metadata.GetRawText()
                ? null
                : throw HolderRules.Done(context.Storage, message);
        }

        if (ResultChannels.Find(context, message.Id, acks[0].Id) is { } first)
        {
            return first.Content == result.Content && first.Metadata == result.Metadata && FileReferences.AreThoseOf(result.Files, context.Storage, first)
                ? ResultChannel.NameFor(message.Id)
                : throw HolderRules.Done(context.Storage, message);
        }

        // A worker that acknowledged without a result may send the result later.
        if (ActingActor.Find(context.Storage, key, message, fields).Known is not { } actor || acks.All(ack => ack.Id != actor.Id))
        {
            throw HolderRules.Done(context.Storage, message);
        }

        return results.Publish(context, key, task, result, actor, isFirstAck: true);
    }
}
