using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a lane, once.</summary>
/// <param name="defaultLabel">What posters call themselves unless they say otherwise, so that readers see more than nobody.</param>
internal sealed class MessagePosting(Lanes lanes, MessageFinder finder, DefaultActor defaultLabel)
{
    /// <param name="mode">Of the channel, if it is new.</param>
    /// <param name="check">Throws when an existing channel is of the wrong mode.</param>
    /// <param name="next">What to do next, from the channel and the message.</param>
    public Task<PostResult> PostAsync(
        BackchannelClient bus,
        PostArguments arguments,
        string mode,
        Action<Channel> check,
        Func<Lane, Message, string?> next,
        CancellationToken cancellationToken)
    {
        var request = new PostMessageRequest(arguments.Content, arguments.Metadata, arguments.ActorLabel ?? defaultLabel.Name);
        var operation = IdempotencyKey.New();
        return lanes.OnAsync(bus, arguments.Channel, mode, PostAsync, cancellationToken);

        async Task<PostResult> PostAsync(Lane lane)
        {
            check(lane.Channel);
            var posted = await bus.PostMessageAsync(lane.Channel.Id, request, operation, cancellationToken);
            var message = posted.Message;
            finder.Remember(message);
            return new(
                lane.Channel.Id, message.Id, message.CreatedAt, message.ExpiresAt, lane.ForeignOwner(), next(lane, message));
        }
    }
}
