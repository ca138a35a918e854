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

    public override string Name => "await_result";

    public override string Title => "Wait for a result";

    public override string Description =>
        "Wait until a posted task is done and get its result. On status timeout call it again: nothing is lost.";

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
            "channel": { "type": "string", "minLength": 1, "description": "Where the task was posted." },
            "message_id": { "type": "string", "minLength": 1, "description": "From post_task." },
            "timeout_seconds": { "type": "integer", "minimum": 0, "maximum": 3600, "default": 50, "description": "0: only look. Above 50 only with progress." }
          },
          "required": ["channel", "message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["acknowledged", "timeout"] },
            "acknowledged_by": { "type": "string" },
            "result": {
              "type": "object",
              "properties": {
                "content": { "type": "string" },
                "metadata": { "type": "object" },
                "from": { "type": "object" }
              },
              "required": ["content"]
            },
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
        var limit = WaitLimit.For(arguments.TimeoutSeconds ?? DefaultTimeoutSeconds, call);
        var started = time.GetTimestamp();
        SeenMessage? seen = null;
        string? owner = null;
        await using var progress = new WaitProgress(call, TaskState.Waiting, time, cancellationToken);
        var result = await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
        return result ?? AwaitResultResult.NotYet(arguments, seen?.Message, time.GetElapsedTime(started), owner);

        async Task<AwaitResultResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            var lane = await lanes.OnAsync(bus, arguments.Channel, newMode: null, FindAsync, look);
            owner = lane.ForeignOwner();
            if (seen!.Message.AcknowledgedBy is not [])
            {
                return await ReadAsync(bus, seen.Message, owner, look);
            }

            await progress.ChangeAsync(TaskState.Of(seen.Message), look);
            return null;

            async Task<Lane> FindAsync(Lane found)
            {
                seen = await finder.FindNextAsync(bus, found.Channel.Id, arguments.MessageId, seen?.Version, wait, look)
                    ?? throw Gone(arguments, seen?.Message);
                return found;
            }
        }
    }

    private static async Task<AwaitResultResult> ReadAsync(
        BackchannelClient bus, Message task, string? owner, CancellationToken cancellationToken)
    {
        // Anybody with access can ack: the holder's word counts most.
        var acknowledgement = task.AcknowledgedBy.FirstOrDefault(ack => ack.Id == task.ClaimedBy?.Id) ?? task.AcknowledgedBy[0];
        var result = await ResultReader.ReadAsync(bus, task.Id, acknowledgement.Id, cancellationToken);
        return new(
            "acknowledged",
            AcknowledgedBy: ShownText.Name(acknowledgement.Name),
            Result: result is null ? null : new(result.Content, result.ShownMetadata(), Sender.Of(result)),
            Owner: owner);
    }

    private static ToolException Gone(AwaitResultArguments arguments, Message? seen) => seen is null
        ? new($"Message {ShownText.Name(arguments.MessageId)} is not on channel {ShownText.Name(arguments.Channel)}.\n"
            + "Check both; if they are right it has expired or was withdrawn, and has to be posted again.")
        : new($"Task {seen.Id} has expired or was withdrawn before anybody reported it as done.\nPost it again if it still matters.");
}

internal sealed record AwaitResultArguments(string Channel, string MessageId, int? TimeoutSeconds = null);

/// <param name="Status"><c>acknowledged</c> or <c>timeout</c>.</param>
/// <param name="AcknowledgedBy">Name of the actor that reported it as done.</param>
/// <param name="ClaimedBy">Name of the actor that works on it.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record AwaitResultResult(
    string Status,
    string? AcknowledgedBy = null,
    TaskResult? Result = null,
    string? ClaimedBy = null,
    int? WaitedSeconds = null,
    string? Owner = null,
    string? Note = null,
    string? Next = null)
{
    public static AwaitResultResult NotYet(AwaitResultArguments arguments, Message? seen, TimeSpan waited, string? owner) => new(
        "timeout",
        ClaimedBy: ShownText.Name(seen?.ClaimedBy?.Name),
        WaitedSeconds: (int)waited.TotalSeconds,
        Owner: owner,
        Note: seen?.ClaimedBy is null ? "No worker has taken it yet." : "A worker has it, but has not finished.",
        Next: $"Call await_result again with message_id {arguments.MessageId} to go on waiting.");
}

internal sealed record TaskResult(string Content, JsonElement? Metadata = null, Sender? From = null);
