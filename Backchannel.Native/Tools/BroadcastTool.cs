using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a broadcast channel, where every reader sees it.</summary>
internal sealed class BroadcastTool(BackchannelClient client, LanePosting posting) : PostingTool(client)
{
    public override string Name => "broadcast";

    public override string Title => "Broadcast a message";

    public override string Description =>
        "Tell all readers of a channel something; they read it with subscribe. For work that one agent should do, use post_task.";

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name that you and the readers agree on, or an id." },
            "content": { "type": "string", "minLength": 1, "description": "The message, at most 10,000 bytes." },
            "metadata": { "type": "object", "description": "Extra data for programs, at most 10,000 bytes." },
            "actor_label": { "type": "string", "minLength": 1, "description": "What you call yourself." }
          },
          "required": ["channel", "content"],
          "additionalProperties": false
        }
        """u8;

    protected override Task<PostResult> RunAsync(
        PostArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken) =>
        posting.PostAsync(bus, arguments, ChannelMode.Broadcast, Check, static (_, _) => null, cancellationToken);

    protected override string AdviceAfterLostAnswer(PostArguments arguments, ToolCall call) => LanePosting.AdviceAfterLostAnswer("The message", call);

    private static void Check(Channel channel) => ChannelModes.RequireBroadcast(
        channel, "Use post_task to hand out a task there, or broadcast with another channel name to reach everybody.");
}
