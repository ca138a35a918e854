using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a lane, once, also when it is repeated after an answer that was lost.</summary>
/// <param name="defaultLabel">The actor label of posts that name none, so that readers see who posted.</param>
internal sealed class LanePosting(Lanes lanes, MessageFinder finder, DefaultActor defaultLabel)
{
    /// <param name="what">The task or the message.</param>
    public static string AdviceAfterLostAnswer(string what, ToolCall call) => call.IsLast
        ? $"{what} may have been stored. Look before you post it again: subscribe on the same channel shows what is there."
        : $"{what} may have been stored. Call again with exactly the same arguments, within the hour: it is then stored once.";

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
        return lanes.OnAsync(bus, arguments.Channel, mode, PostAsync, cancellationToken);

        async Task<PostResult> PostAsync(Lane lane)
        {
            check(lane.Channel);
            var posted = await bus.PostMessageAsync(lane.Channel.Id, request, cancellationToken);
            var message = posted.Message;
            finder.Remember(message);
            var repeated = posted.IsOfEarlierCall
                ? $"Your earlier call, whose answer was lost, stored this at {message.CreatedAt}; nothing more was stored now. If you want it a second time, call again."
                : null;
            string?[] advice = [await WarnAsync(bus, lane, cancellationToken), repeated, next(lane, message)];
            return new(
                lane.Channel.Id,
                message.Id,
                message.CreatedAt,
                message.ExpiresAt,
                lane.ForeignOwner(),
                advice is [null, null, null] ? null : string.Join(' ', advice.OfType<string>()));
        }
    }

    /// <summary>Says whose channel it went to, where that may not be what was meant.</summary>
    private static async Task<string?> WarnAsync(BackchannelClient bus, Lane lane, CancellationToken cancellationToken)
    {
        if (lane.FirstUse)
        {
            return $"This channel belongs to {lane.ForeignOwner()}, whom you have not worked with before: make sure that is meant.";
        }

        if (!lane.IsNew)
        {
            return null;
        }

        return await Namesakes.FindAsync(bus, lane.Channel, cancellationToken) is { } namesake
            ? $"This made a new channel of your own. Another owner has a public channel named {ShownText.Name(namesake.Name)}: if you meant that one, post again with channel {namesake.Id}."
            : "This made a new channel: nobody has used that name with your key before.";
    }
}
