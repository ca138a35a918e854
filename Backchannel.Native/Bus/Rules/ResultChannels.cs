using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The open broadcast channels that carry results: name and alias are <see cref="ResultChannel.NameFor"/>.</summary>
internal sealed class ResultChannels(ChannelCreation channels)
{
    /// <summary>Makes a new one. The caller has checked that the alias is free.</summary>
    public ChannelRecord Create(WriteContext context, ApiKeyRecord key, string taskId) =>
        Store(context, channels.Draft(key, ResultChannel.NameFor(taskId), ChannelMode.Broadcast));

    /// <summary>Publishes the result of an actor's ack, once, however often the actor repeats it.</summary>
    /// <remarks>
    /// Any key may give a channel the alias of a task's results, and pause or delete that channel. Where such a channel has the alias, the bus
    /// makes a new channel and moves the alias to it. No setting of a channel refuses a worker's result.
    /// </remarks>
    /// <param name="isFirstAck">Whether the actor acknowledges for the first time.</param>
    /// <returns>Name and alias of the channel.</returns>
    public string Publish(
        WriteContext context, ApiKeyRecord key, (MessageRecord Message, ChannelRecord Channel) task, MessagePosting result, ActorRecord actor, bool isFirstAck)
    {
        var name = ResultChannel.NameFor(task.Message.Id);
        var named = context.Storage.Channels.FindByIdOrAlias(name);
        var found = named is not null && IsOfTheTask(context, key, task, named) ? named : null;
        if (found is null || isFirstAck)
        {
            // Results are looked up by the task's id; they would only fill the listing of channels.
            var channel = found ?? Store(context, channels.Draft(key, name, ChannelMode.Broadcast) with { Discoverable = false }, isTaken: named is not null);
            result.PostResult(context, key, channel, actor);
        }

        return name;
    }

    /// <summary>The result that a task's worker published; posts of others on that channel do not count.</summary>
    /// <param name="worker">Id of the actor that acknowledged first.</param>
    public static MessageRecord? Find(WriteContext context, string taskId, string worker) => Find(context.Storage, taskId, worker, context.Now)?.Result;

    /// <summary>The same, with the channel that it is on.</summary>
    public static (MessageRecord Result, ChannelRecord Channel)? Find(StorageSession storage, string taskId, string worker, long now) =>
        storage.Channels.FindByIdOrAlias(ResultChannel.NameFor(taskId)) is { } channel
        && storage.Messages.FindFirstOf(channel.Number, worker, now) is { } result
            ? (result, channel)
            : null;

    /// <summary>Whether the channel's creator is the acknowledging key, the creator of the task's channel, or, for an open channel, an earlier acknowledger.</summary>
    private static bool IsOfTheTask(WriteContext context, ApiKeyRecord key, (MessageRecord Message, ChannelRecord Channel) task, ChannelRecord channel) =>
        channel.CreatedByKeyId == key.KeyId
        || channel.CreatedByKeyId == task.Channel.CreatedByKeyId
        || (channel.IsOpen && context.Storage.Acks.HasOneOf(task.Message.CreatedAt, channel.OwnerId));

    private static ChannelRecord Store(WriteContext context, ChannelRecord draft, bool isTaken = false)
    {
        var channel = ChannelCreation.Store(context, draft);
        if (isTaken)
        {
            context.Storage.Channels.MoveAlias(draft.Name, channel.Number);
        }
        else
        {
            context.Storage.Channels.AddAlias(channel.Number, draft.Name);
        }

        return channel;
    }
}
