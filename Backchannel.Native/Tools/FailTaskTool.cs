using System.Globalization;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Says that a task could not be done, and why: another worker tries it, until no attempt is left.</summary>
internal sealed class FailTaskTool(BackchannelClient client, AttemptEnding ending)
    : BackchannelTool<FailTaskArguments, ChangedTaskResult>(
        client, static () => ArgumentsJsonContext.Default.FailTaskArguments, static () => ResultsJsonContext.Default.ChangedTaskResult)
{
    public override string Name => "fail_task";

    public override string Title => "Report a task as failed";

    public override string Description =>
        "Report that you could not do a task you claimed, and why. Others try again while attempts are left.";

    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    // The nearest allowed pause would promise something else.
    protected override IReadOnlyCollection<string> ExactParameters => ["retry_after_seconds"];

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "From claim_task." },
            "reason": { "type": "string", "minLength": 1, "description": "For the poster and the next worker; at most 4,000 bytes." },
            "retry": { "type": "boolean", "default": true, "description": "false: nobody can do it, it fails for good. Default true." },
            "retry_after_seconds": { "type": "integer", "minimum": 0, "maximum": 604800, "description": "Pause before the next attempt, 0 to 604800. Default: 10, doubled each time." }
          },
          "required": ["message_id", "reason"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["failed", "waiting", "open"] },
            "message_id": {},
            "note": {}
          },
          "required": ["status", "message_id"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(FailTaskArguments arguments, ToolCall call) =>
        "The failure may have been kept. Call fail_task again with exactly the same arguments: it then counts once.";

    protected override async Task<ChangedTaskResult> RunAsync(
        FailTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        FinishRequest How(string session) => new(
            session, AttemptOutcomes.Failed, Reason: arguments.Reason, Retry: arguments.Retry, RetryAfterSeconds: arguments.RetryAfterSeconds);
        if (await ending.TryFinishAsync(bus, arguments.MessageId, null, How, EndingKind.Failure, cancellationToken) is { } outcome)
        {
            return new(outcome.Status, arguments.MessageId, Describe(outcome));
        }

        if (arguments.Retry == false)
        {
            throw new ToolException(
                $"A task cannot fail for good on {bus.Connection.BusName}: {MissingAddition.Why(bus)}. Nothing was reported, and you still hold it.\n"
                + "Give it back with release_task, or with fail_task and retry true, and tell the poster why with post_task or broadcast. Do not report it as done.");
        }

        if (arguments.RetryAfterSeconds > 0)
        {
            throw new ToolException(
                $"A task cannot wait before its next attempt on {bus.Connection.BusName}: {MissingAddition.Why(bus)}. Nothing was reported, and you still hold it.\n"
                + "Leave retry_after_seconds out: the task is then open for others at once. Or keep it and try again yourself later.");
        }

        await ending.ReleaseAsync(bus, arguments.MessageId, null, EndingKind.Failure, cancellationToken);
        return new(TaskStates.Open, arguments.MessageId, $"This bus keeps no failures ({MissingAddition.Why(bus)}): the task was given back and is open at once. Neither the reason nor the attempt was kept.");
    }

    private static string Describe(LifeOutcome outcome)
    {
        var task = outcome.Task;
        var attempt = string.Create(
            CultureInfo.InvariantCulture, $"Attempt {task.AttemptsUsed}{(task.MaxAttempts is { } most ? $" of {most}" : "")} failed.");
        return outcome.Status switch
        {
            TaskStates.Failed => $"{attempt} The task has failed for good; await_result tells the poster your reason.",
            TaskStates.Waiting => $"{attempt} The next one can start {(task.NotBefore is { } time ? $"at {time}" : "later")}.",
            _ => $"{attempt} The next one can start now.",
        };
    }
}

internal sealed record FailTaskArguments(string MessageId, string Reason, bool? Retry = null, int? RetryAfterSeconds = null);
