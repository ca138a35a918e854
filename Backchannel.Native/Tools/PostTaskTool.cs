using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a claimable channel, so that one worker at a time can take it.</summary>
internal sealed class PostTaskTool(BackchannelClient client, LanePosting posting) : PostingTool(client)
{
    public override string Name => "post_task";

    public override string Title => "Post a task";

    public override string Description =>
        "Hand a task to another agent: exactly one worker gets it through claim_task. Then call await_result with the returned "
        + "message_id. Creates the channel at first use.";

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name that you and the workers agree on, such as build-jobs, or an id." },
            "content": { "type": "string", "minLength": 1, "description": "The whole task: the worker sees nothing else. At most 10,000 bytes." },
            "metadata": { "type": "object", "description": "Extra data for programs, at most 10,000 bytes." },
            "actor_label": { "type": "string", "minLength": 1, "description": "What you call yourself." }
          },
          "required": ["channel", "content"],
          "additionalProperties": false
        }
        """u8;

    protected override Task<PostResult> RunAsync(
        PostArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken) =>
        posting.PostAsync(bus, arguments, ChannelMode.Claimable, Check, Next, cancellationToken);

    protected override string AdviceAfterLostAnswer(PostArguments arguments, ToolCall call) => LanePosting.AdviceAfterLostAnswer("The task", call);

    private static void Check(Channel channel) => ChannelModes.RequireClaimable(
        channel, "Use broadcast to tell all its readers, or post_task with another channel name to hand out a task.");

    private static string Next(Lane lane, Message message) =>
        $"Call await_result with channel {lane.Channel.Id} and message_id {message.Id} for the result.";
}
