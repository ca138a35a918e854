using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a lane, once, also when it is repeated after an answer that was lost.</summary>
/// <param name="spans">Null: nothing is traced.</param>
/// <param name="defaultLabel">The actor label of posts that name none, so that readers see who posted.</param>
internal sealed class LanePosting(Lanes lanes, MessageFinder finder, DefaultActor defaultLabel, TaskSpans? spans)
{
    /// <param name="what">The task or the message.</param>
    public static string AdviceAfterLostAnswer(string what, ToolCall call) => call.IsLast
        ? $"{what} may have been stored. Look before you post it again: subscribe on the same channel shows what is there."
        : $"{what} may have been stored. Call again with exactly the same arguments, within the hour: it is then stored once.";

    public Task<PostResult> PostAsync(BackchannelClient bus, LanePost post, CancellationToken cancellationToken)
    {
        post = post with { Request = post.Request with { ActorLabel = post.Request.ActorLabel ?? defaultLabel.Name } };
        return lanes.OnAsync(bus, post.Channel, post.Mode, PostAsync, cancellationToken);

        async Task<PostResult> PostAsync(Lane lane)
        {
            post.Check(lane.Channel);
            var posted = await (spans is null
                ? SendAsync(bus, lane.Channel.Id, post, cancellationToken)
                : spans.SendAsync(bus, lane.Channel, bus => SendAsync(bus, lane.Channel.Id, post, cancellationToken)));
            var message = posted.Message;
            finder.Remember(message);
            var repeated = posted.IsOfEarlierCall
                ? $"Your earlier call, whose answer was lost, stored this at {message.CreatedAt}; nothing more was stored now. If you want it a second time, call again."
                : null;
            var workers = posted.IsOfEarlierCall ? null : LaneWorkers.Tell(posted.Workers, message.CreatedAt, lane.Channel.CreatedAt);
            string?[] advice = [await WarnAsync(bus, lane, cancellationToken), repeated, post.Next(lane, posted), workers];
            return new(
                lane.Channel.Id,
                message.Id,
                message.CreatedAt,
                message.ExpiresAt,
                posted.State == TaskStates.Open ? null : posted.State,
                lane.ForeignOwner(),
                advice is [null, null, null, null] ? null : string.Join(' ', advice.OfType<string>()));
        }
    }

    /// <remarks>An option goes to the path that was made for options alone: on the contract's, a bus that does not know it would ignore it.</remarks>
    private static async Task<PostedToLane> SendAsync(BackchannelClient bus, string channelId, LanePost post, CancellationToken cancellationToken)
    {
        if (post.Options.Count > 0 || post.Defaults is not null)
        {
            var addition = post.Request.ReplyTo is null ? Additions.TaskLife : Additions.Replies;
            var request = post.Defaults?.Invoke(post.Request) ?? post.Request;
            if (await bus.Connection.Additions.UseAsync(addition, () => bus.PostTaskAsync(channelId, request, cancellationToken), cancellationToken) is { } posted)
            {
                return posted;
            }
        }

        if (post.Options.Count > 0)
        {
            throw new ToolException(
                $"{MissingAddition.Sentence(bus, $"does not know {string.Join(", ", post.Options)}")} Nothing was posted.\n"
                + "Call again without, if that is good enough.");
        }

        var plain = new PostMessageRequest(post.Request.Content, post.Request.Metadata, post.Request.ActorLabel);
        var stored = await bus.PostMessageAsync(channelId, plain, cancellationToken);
        return new(stored.Message, stored.Message.CreatedAt, TaskStates.Open) { IsOfEarlierCall = stored.IsOfEarlierCall };
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
