using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Waits until a task is acknowledged, and reads its result.</summary>
internal sealed class AwaitResultTool(
    BackchannelClient client, Lanes lanes, MessageFinder finder, Waiting waiting, TimeProvider time)
    : BackchannelTool<AwaitResultArguments, AwaitResultResult>(
        client, static () => ToolsJsonContext.Readable.AwaitResultArguments, static () => ToolsJsonContext.Readable.AwaitResultResult)
{
    private const int DefaultTimeoutSeconds = 50;

    /// <summary>For everything of a result but content and metadata.</summary>
    private const int FrameBytes = 8000;

    public override string Name => "await_result";

    public override string Title => "Wait for a result";

    public override string Description =>
        "Wait until a posted task is done and get its result. On status open (no worker has it) or claimed (one works on it) "
        + "call it again: nothing is lost." + OthersTexts.AreData;

    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = true,
        DestructiveHint = false,
        IdempotentHint = true,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Where the task was posted; needed only if asked for." },
            "message_id": { "type": "string", "minLength": 1, "description": "The one that post_task returned." },
            "timeout_seconds": { "type": "integer", "minimum": 0, "maximum": 3600, "default": 50, "description": "Longest wait: 0 (only look) to 3600, default 50. It may end earlier." }
          },
          "required": ["message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["acknowledged", "claimed", "open"] },
            "acknowledged_by": { "type": "string" },
            "result": { "type": "object", "required": ["content"] },
            "claimed_by": { "type": "string" },
            "waited_seconds": { "type": "integer" },
            "owner": { "type": "string" },
            "note": { "type": "string" },
            "next": { "type": "string" }
          },
          "required": ["status"]
        }
        """u8;

    protected override async Task<AwaitResultResult> RunAsync(
        AwaitResultArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var asked = arguments.TimeoutSeconds ?? DefaultTimeoutSeconds;
        var limit = WaitLimit.AllowedWait(asked, call);
        var started = time.GetTimestamp();
        var channel = arguments.Channel ?? await FindChannelAsync(bus, arguments.MessageId, cancellationToken);
        SeenMessage? seen = null;
        var wasClaimed = false;
        string? owner = null;
        await using var progress = new WaitProgress(call, TaskState.Waiting, time, cancellationToken);
        var result = await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
        return result ?? AwaitResultResult.NotYet(
            seen!, wasClaimed, time.GetElapsedTime(started), WaitLimit.Explain(TimeSpan.FromSeconds(asked), limit), owner);

        async Task<AwaitResultResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            var lane = await FindLaneAsync(look);
            owner = lane.ForeignOwner();
            if (seen!.Message.AcknowledgedBy is not [])
            {
                return await ReadAsync(bus, seen.Message, owner, call.MaxResultBytes, look);
            }

            // The reference bus leaves the key of a claim that is over on the message.
            wasClaimed |= (seen.Message.ClaimedBy?.Id ?? seen.Message.ClaimedByKeyId) is not null;
            await progress.ChangeAsync(TaskState.Of(seen.Message), look);
            return null;

            async Task<Lane> FindLaneAsync(CancellationToken look)
            {
                try
                {
                    return await lanes.OnAsync(bus, channel, newMode: null, FindAsync, look);
                }
                catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound && arguments.Channel is null)
                {
                    // Nobody named that channel: it is the one where this process saw the task.
                    throw Gone(arguments, seen?.Message);
                }
            }

            async Task<Lane> FindAsync(Lane found)
            {
                seen = await finder.FindNextAsync(bus, found.Channel.Id, arguments.MessageId, seen?.Version, wait, look)
                    ?? throw Gone(arguments, seen?.Message);
                return found;
            }
        }
    }

    private async Task<string> FindChannelAsync(BackchannelClient bus, string messageId, CancellationToken cancellationToken) =>
        await finder.FindChannelAsync(bus, messageId, cancellationToken)
        ?? throw new ToolException(
            "This bus cannot find a task by its id alone.\nCall await_result again with channel: the name or id of the channel that the task was posted to.");

    private static async Task<AwaitResultResult> ReadAsync(
        BackchannelClient bus, Message task, string? owner, int maxBytes, CancellationToken cancellationToken)
    {
        // Anybody with access can ack: the holder's word counts most.
        var acknowledgement = task.AcknowledgedBy.FirstOrDefault(ack => ack.Id == task.ClaimedBy?.Id) ?? task.AcknowledgedBy[0];
        var result = await ResultReader.ReadAsync(bus, task.Id, acknowledgement.Id, cancellationToken);
        var fitted = result is null ? null : FittedMessage.Of(result, maxBytes - FrameBytes);
        return new(
            "acknowledged",
            AcknowledgedBy: ShownText.Name(acknowledgement.Name),
            Result: fitted is null ? null : new(fitted.Content, fitted.Metadata, Sender.Of(result!)),
            Owner: owner,
            Note: Join(
                task.ClaimedBy is { } holder && holder.Id != acknowledgement.Id
                    ? $"{ShownText.Name(acknowledgement.Name)} reported it as done while {ShownText.Name(holder.Name)} held it."
                    : null,
                fitted is null ? "It was reported as done without a result." : fitted.Note));
    }

    private static string? Join(string? first, string? second) => first is null || second is null ? first ?? second : $"{first} {second}";

    private static ToolException Gone(AwaitResultArguments arguments, Message? seen) => seen is null && arguments.Channel is not null
        ? new($"Message {ShownText.Name(arguments.MessageId)} is not on channel {ShownText.Name(arguments.Channel)}.\n"
            + "Check both, or leave channel out; if they are right it has expired or was withdrawn, and has to be posted again.")
        : new($"Task {ShownText.Name(arguments.MessageId)} has expired or was withdrawn before anybody reported it as done.\nPost it again if it still matters.");
}

internal sealed record AwaitResultArguments(string MessageId, string? Channel = null, int? TimeoutSeconds = null);

/// <param name="Status"><c>acknowledged</c>, <c>claimed</c> or <c>open</c>.</param>
/// <param name="AcknowledgedBy">Name of the actor that reported it as done.</param>
/// <param name="ClaimedBy">Name of the actor that works on it.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record AwaitResultResult(
    string Status,
    string? AcknowledgedBy = null,
    ShownResult? Result = null,
    string? ClaimedBy = null,
    int? WaitedSeconds = null,
    string? Owner = null,
    string? Note = null,
    string? Next = null)
{
    /// <param name="cut">Why the wait was shorter than asked for; null: it was not.</param>
    public static AwaitResultResult NotYet(SeenMessage seen, bool wasClaimed, TimeSpan waited, string? cut, string? owner) => new(
        seen.Message.ClaimedBy is null ? "open" : "claimed",
        ClaimedBy: ShownText.Name(seen.Message.ClaimedBy?.Name),
        WaitedSeconds: (int)waited.TotalSeconds,
        Owner: owner,
        Note: cut is null ? TaskState.Describe(seen, wasClaimed) : $"{TaskState.Describe(seen, wasClaimed)} {cut}",
        Next: $"Call await_result again with message_id {seen.Message.Id} to go on waiting.");
}

/// <summary>The result of a task, as <c>await_result</c> shows it.</summary>
internal sealed record ShownResult(string Content, JsonElement? Metadata = null, Sender? From = null);
