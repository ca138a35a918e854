using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Gives a claimed task back, so that another worker can take it at once.</summary>
internal sealed class ReleaseTaskTool(BackchannelClient client, AttemptEnding ending)
    : BackchannelTool<ReleaseTaskArguments, ChangedTaskResult>(
        client, static () => ArgumentsJsonContext.Default.ReleaseTaskArguments, static () => ResultsJsonContext.Default.ChangedTaskResult)
{
    public override string Name => "release_task";

    public override string Title => "Give a task back";

    public override string Description =>
        "Give back a task you claimed and will not do, so another worker gets it at once.";

    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "From claim_task." },
            "actor": { "type": "string", "minLength": 1, "description": "Default: whoever claimed it here." }
          },
          "required": ["message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["released", "already_acknowledged"] },
            "message_id": {},
            "note": {}
          },
          "required": ["status", "message_id"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(ReleaseTaskArguments arguments, ToolCall call) => call.IsLast
        ? "The task may have been given back. Call release_task again; if it says that nobody holds the task, it was."
        : "The task may have been given back. Call release_task again with exactly the same arguments: it then says what became of it.";

    protected override async Task<ChangedTaskResult> RunAsync(
        ReleaseTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            if (await ending.TryFinishAsync(bus, arguments.MessageId, arguments.Actor, How, EndingKind.Release, cancellationToken) is not null)
            {
                return new(ClaimStatus.Released, arguments.MessageId);
            }

            var outcome = await ending.ReleaseAsync(bus, arguments.MessageId, arguments.Actor, EndingKind.Release, cancellationToken);
            return outcome.Message.AcknowledgedBy is [var first, ..]
                ? Done(arguments.MessageId, first.Name, first.OccurredAt)
                : new(outcome.Status, arguments.MessageId);
        }
        catch (ToolException exception) when (exception.InnerException is BackchannelException { Code: ErrorCodes.AlreadyAcknowledged, Refusal: { } refusal })
        {
            return Done(arguments.MessageId, refusal.AcknowledgedBy, refusal.AcknowledgedAt);
        }

        static FinishRequest How(string session) => new(session, AttemptOutcomes.Released);
    }

    private static ChangedTaskResult Done(string messageId, string? by, string? at) =>
        new(ClaimStatus.AlreadyAcknowledged, messageId, TaskEnding.Done(messageId, ShownText.Name(by), at, EndingKind.Release).ReplaceLineEndings(" "));
}

internal sealed record ReleaseTaskArguments(string MessageId, string? Actor = null);
