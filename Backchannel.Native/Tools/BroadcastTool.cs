using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a broadcast channel, where every reader sees it.</summary>
internal sealed class BroadcastTool(BackchannelClient client, LanePosting posting)
    : PostingTool<BroadcastArguments>(client, static () => ArgumentsJsonContext.Default.BroadcastArguments)
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
            "actor_label": { "type": "string", "minLength": 1, "description": "What you call yourself." },
            "reply_to": { "type": "string", "description": "Id of the message that this answers." }
          },
          "required": ["channel", "content"],
          "additionalProperties": false
        }
        """u8;

    protected override Task<PostResult> RunAsync(
        BroadcastArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var request = new PostTaskRequest(arguments.Content, arguments.Metadata, arguments.ActorLabel, ReplyTo: arguments.ReplyTo);
        var post = new LanePost(arguments.Channel, ChannelMode.Broadcast, request) { Check = Check, Next = static (_, _) => null };
        return posting.PostAsync(bus, post, cancellationToken);
    }

    protected override string AdviceAfterLostAnswer(BroadcastArguments arguments, ToolCall call) => LanePosting.AdviceAfterLostAnswer("The message", call);

    private static void Check(Channel channel) => ChannelModes.RequireBroadcast(
        channel, "Use post_task to hand out a task there, or broadcast with another channel name to reach everybody.");
}

internal sealed record BroadcastArguments(
    string Channel, string Content, JsonElement? Metadata = null, string? ActorLabel = null, string? ReplyTo = null);
