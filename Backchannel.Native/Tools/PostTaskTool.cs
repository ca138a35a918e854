using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Posts a message to a claimable channel, so that one worker at a time can take it.</summary>
internal sealed class PostTaskTool(BackchannelClient client, LanePosting posting, FileSending files)
    : PostingTool<PostTaskArguments>(client, static () => ArgumentsJsonContext.Default.PostTaskArguments)
{
    /// <summary>Enough for bad luck, few enough that a task which kills its workers ends soon.</summary>
    private const int DefaultMaxAttempts = 5;

    public override string Name => "post_task";

    public override string Title => "Post a task";

    public override string Description =>
        "Hand a task to another agent: exactly one worker gets it through claim_task. Then call await_result with the returned "
        + "message_id. Creates the channel at first use.";

    public override bool IsAlwaysOffered => true;

    // The nearest allowed number would promise something else.
    protected override IReadOnlyCollection<string> ExactParameters => ["priority", "delay_seconds", "max_attempts"];

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name that you and the workers agree on, such as build-jobs, or an id." },
            "content": { "type": "string", "minLength": 1, "description": "The whole task: the worker sees nothing else. At most 10,000 bytes." },
            "metadata": { "type": "object", "description": "Extra data for programs, at most 10,000 bytes." },
            "actor_label": { "type": "string", "minLength": 1, "description": "What you call yourself." },
            "priority": { "type": "integer", "minimum": 1, "maximum": 9, "default": 5, "description": "1 to 9, higher first; default 5." },
            "delay_seconds": { "type": "integer", "minimum": 0, "maximum": 604800, "description": "Seconds until it may start: 0 to 604800." },
            "depends_on": { "type": "array", "items": { "type": "string" }, "description": "Ids of tasks to be done first; the worker gets their results." },
            "max_attempts": { "type": "integer", "minimum": 1, "maximum": 100, "default": 5, "description": "Attempts until it fails: 1 to 100, default 5." },
            "reply_to": { "type": "string", "description": "Id of the message that this answers." },
            "files": { "type": "array", "items": { "type": "string" }, "description": "Paths of files for the worker, in your working folder or workspace." }
          },
          "required": ["channel", "content"],
          "additionalProperties": false
        }
        """u8;

    protected override async Task<PostResult> RunAsync(
        PostTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var request = new PostTaskRequest(
            arguments.Content,
            arguments.Metadata,
            arguments.ActorLabel,
            arguments.Priority,
            arguments.DelaySeconds,
            arguments.DependsOn is { Count: > 0 } ? arguments.DependsOn : null,
            arguments.MaxAttempts,
            arguments.ReplyTo,
            await files.PrepareAsync(bus, arguments.Files, call, cancellationToken));
        var post = new LanePost(arguments.Channel, ChannelMode.Claimable, request)
        {
            Check = Check,
            Next = Next,
            Defaults = static request => request with { MaxAttempts = request.MaxAttempts ?? DefaultMaxAttempts },
        };
        return await posting.PostAsync(bus, post, cancellationToken);
    }

    protected override string AdviceAfterLostAnswer(PostTaskArguments arguments, ToolCall call) => LanePosting.AdviceAfterLostAnswer("The task", call);

    private static void Check(Channel channel) => ChannelModes.RequireClaimable(
        channel, "Use broadcast to tell all its readers, or post_task with another channel name to hand out a task.");

    private static string Next(Lane lane, PostedToLane posted)
    {
        var state = posted.State switch
        {
            TaskStates.Waiting when posted.Message.NotBefore is { } time => $"It waits until {time}{(posted.Message.DependsOn is null ? "" : ", and for the tasks that it depends on")}. ",
            TaskStates.Waiting => "It waits for the tasks that it depends on. ",
            TaskStates.Failed => "It has failed already, because a task that it depends on ended without a result. ",
            _ => "",
        };
        return $"{state}Call await_result with channel {lane.Channel.Id} and message_id {posted.Message.Id} for the result.";
    }
}

internal sealed record PostTaskArguments(
    string Channel,
    string Content,
    JsonElement? Metadata = null,
    string? ActorLabel = null,
    int? Priority = null,
    int? DelaySeconds = null,
    IReadOnlyList<string>? DependsOn = null,
    int? MaxAttempts = null,
    string? ReplyTo = null,
    IReadOnlyList<string>? Files = null);
