using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The open broadcast channels that carry results: name and alias are <see cref="ResultChannel.NameFor"/>.</summary>
internal sealed class ResultChannels(ChannelEndpoints channels)
{
    /// <summary>A new one; the caller has seen that the alias is free.</summary>
    public ChannelRecord Create(WriteContext context, ApiKeyRecord key, string taskId) =>
        Store(context, channels.Draft(key, ResultChannel.NameFor(taskId), ChannelMode.Broadcast));

    /// <summary>Publishes what an actor has to say with its ack; once, however often it repeats that.</summary>
    /// <param name="isFirstAck">Whether the actor acknowledges for the first time.</param>
    /// <returns>Name and alias of the channel.</returns>
    /// <exception cref="ApiException">The channel is there and takes nothing from this key, or nothing now.</exception>
    public string Publish(
        WriteContext context, ApiKeyRecord key, string taskId, MessagePosting result, ActorRecord actor, bool isFirstAck)
    {
        var name = ResultChannel.NameFor(taskId);
        var found = context.Storage.Channels.FindByIdOrAlias(name);
        if (found is null || isFirstAck)
        {
            // Results are found by who knows the task; a listing of channels has no use for them.
            var channel = found ?? Store(context, channels.Draft(key, name, ChannelMode.Broadcast) with { Discoverable = false });
            context.Storage.RequireAccess(key, channel);
            result.Post(context, key, channel, actor);
        }

        return name;
    }

    /// <summary>The result that a task's worker published; what others published there is not its.</summary>
    /// <param name="worker">Id of the actor that acknowledged first.</param>
    public static MessageRecord? Find(WriteContext context, string taskId, string worker)
    {
        if (context.Storage.Channels.FindByIdOrAlias(ResultChannel.NameFor(taskId)) is not { } channel)
        {
            return null;
        }

        var published = context.Storage.Messages.List(channel, new MessageFilter(null, null, null, Limits.MaxPageSize), context.Now);
        return published.FirstOrDefault(message => message.Actor?.Id == worker);
    }

    private static ChannelRecord Store(WriteContext context, ChannelRecord draft)
    {
        var channel = ChannelEndpoints.Store(context, draft);
        context.Storage.Channels.AddAlias(channel.Number, draft.Name);
        return channel;
    }
}
