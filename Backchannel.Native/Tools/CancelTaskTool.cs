using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Takes a posted task back, whoever works on it.</summary>
internal sealed class CancelTaskTool(BackchannelClient client, MessageFinder finder, DefaultActor defaultActor)
    : BackchannelTool<CancelTaskArguments, ChangedTaskResult>(
        client, static () => ArgumentsJsonContext.Default.CancelTaskArguments, static () => ResultsJsonContext.Default.ChangedTaskResult)
{
    public override string Name => "cancel_task";

    public override string Title => "Cancel a task";

    public override string Description => "Take back a task you posted; whoever works on it is told to stop.";

    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = false,
        DestructiveHint = true,
        IdempotentHint = true,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "From post_task." },
            "reason": { "type": "string", "description": "For the worker." }
          },
          "required": ["message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "const": "cancelled" },
            "message_id": {},
            "note": {}
          },
          "required": ["status", "message_id"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(CancelTaskArguments arguments, ToolCall call) =>
        "The task may have been cancelled. Call cancel_task again with exactly the same arguments: it says what stands.";

    protected override async Task<ChangedTaskResult> RunAsync(
        CancelTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            var request = new LifeRequest(arguments.Reason, defaultActor.Name);
            return await bus.Connection.Additions.UseAsync(
                Additions.TaskLife, () => bus.CancelTaskAsync(arguments.MessageId, request, cancellationToken), cancellationToken) is not null
                ? new(TaskStates.Cancelled, arguments.MessageId)
                : await WithdrawAsync(arguments, bus, cancellationToken);
        }
        catch (BackchannelException refusal) when (TaskEnd.Of(refusal) is { State: TaskStates.Cancelled } end)
        {
            return new(TaskStates.Cancelled, arguments.MessageId, $"It {end.Describe()} This changed nothing.");
        }
        catch (BackchannelException refusal) when (TaskEnding.Explain(refusal, arguments.MessageId, EndingKind.Cancellation) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>All that the contract knows: what nobody has claimed can be withdrawn.</summary>
    private async Task<ChangedTaskResult> WithdrawAsync(CancelTaskArguments arguments, BackchannelClient bus, CancellationToken cancellationToken)
    {
        // A task that is done could be withdrawn too, and then it would look as if it had never been done.
        var task = await FindAsync(arguments.MessageId, bus, cancellationToken);
        if (task?.AcknowledgedBy is [var first, ..])
        {
            throw new ToolException(TaskEnding.Done(task.Id, ShownText.Name(first.Name), first.OccurredAt, EndingKind.Cancellation));
        }

        try
        {
            await bus.RetractAsync(arguments.MessageId, cancellationToken);
            return new(TaskStates.Cancelled, arguments.MessageId, "This bus keeps no cancelled tasks: it was withdrawn before anybody claimed it, and the reason was not kept.");
        }
        catch (BackchannelException refusal) when (refusal.Code == ErrorCodes.MessageClaimed)
        {
            var holder = ShownText.Name((await FindAsync(arguments.MessageId, bus, cancellationToken))?.ClaimedBy?.Name) ?? "A worker";
            throw new ToolException(
                $"{holder} holds task {arguments.MessageId}, and {bus.Connection.BusName} cannot cancel what is held: {MissingAddition.Why(bus)}. It was not cancelled.\n"
                + "Wait for its result with await_result and ignore it, or call cancel_task again once it is open.");
        }
    }

    private async Task<Message?> FindAsync(string messageId, BackchannelClient bus, CancellationToken cancellationToken) =>
        await finder.FindChannelAsync(bus, messageId, cancellationToken) is { } channel
            ? await finder.FindAsync(bus, channel, messageId, cancellationToken)
            : null;
}

internal sealed record CancelTaskArguments(string MessageId, string? Reason = null);
