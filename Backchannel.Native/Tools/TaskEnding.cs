using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Why a task could not be ended, in plain words: what stands, and what to do next.</summary>
internal static class TaskEnding
{
    /// <summary>The refusal of a request to end a task; null when it says nothing about the task.</summary>
    public static ToolException? Explain(BackchannelException refusal, string messageId, EndingKind kind) => refusal.Code switch
    {
        _ when TaskEnd.Of(refusal) is { } end => Ended(refusal, messageId, end, kind),
        ErrorCodes.ChannelNotClaimable => Of(refusal, BroadcastMessage.Describe(messageId)),
        ErrorCodes.AlreadyClaimed or ErrorCodes.NotClaimed when refusal.Refusal?.TaskState == TaskStates.Waiting => Of(refusal, Waiting(messageId, kind)),
        ErrorCodes.Forbidden when kind == EndingKind.Cancellation => Of(refusal,
            $"Task {messageId} is another key's: only who posted it, or made its channel, can cancel it.\nAsk that agent, for example by broadcast."),
        ErrorCodes.AlreadyClaimed or ErrorCodes.Forbidden => Of(refusal, Held(
            messageId, ShownText.Name(refusal.Refusal?.HeldBy), refusal.Refusal?.HeldUntil, kind, knowsSessions: refusal.Refusal?.HeldBy is not null)),
        ErrorCodes.NotClaimed => Of(refusal, Open(messageId, kind)),
        ErrorCodes.AlreadyAcknowledged => Of(refusal, Done(
            messageId, ShownText.Name(refusal.Refusal?.AcknowledgedBy), refusal.Refusal?.AcknowledgedAt, kind)),
        ErrorCodes.MessageNotFound => Of(refusal,
            $"No task has the id {ShownText.Name(messageId)}: it was withdrawn or has expired, or the id is wrong.\n"
            + $"Check the id; {(kind == EndingKind.Cancellation ? "if it is right, there is nothing left to cancel." : "if it is right, stop working on it: nobody waits for it any more.")}"),
        ErrorCodes.MessageExpired => Of(refusal, kind == EndingKind.Cancellation
            ? $"Task {messageId} has expired.\nThere is nothing left to cancel."
            : $"Task {messageId} has expired.\nStop working on it: nobody waits for it any more. Call claim_task for the next one."),
        ErrorCodes.LeaseExpired when kind is not EndingKind.Cancellation => Of(refusal,
            $"The claim on task {messageId} was lost: its lease ran out or went to another worker; {NotDone(kind)}.\n"
            + "Stop working on it. Call claim_task for the next one."),
        _ => null,
    };

    /// <summary>The refusal of a request about a task that has failed or was cancelled. Old paths refuse it with codes of their own.</summary>
    public static ToolException Ended(BackchannelException refusal, string messageId, TaskEnd end, EndingKind kind)
    {
        var code = end.State == TaskStates.Cancelled ? ErrorCodes.TaskCancelled : ErrorCodes.TaskFailed;
        return new($"Backchannel error [409 {code}]: {Ended(messageId, end, kind)}", refusal);
    }

    /// <summary>The task has failed or was cancelled.</summary>
    public static string Ended(string messageId, TaskEnd end, EndingKind kind) =>
        $"Task {messageId} {end.Describe()} "
        + (kind == EndingKind.Cancellation
            ? $"There is nothing left to cancel.\n{(end.State == TaskStates.Failed ? "Open it again with update_task (reopen) if it still matters." : "That is final. Post it again if it still matters.")}"
            : $"{Capitalized(NotDone(kind))}.\nStop working on it. Call claim_task for the next one.");

    /// <summary>Nobody holds the task.</summary>
    public static string Open(string messageId, EndingKind kind) => kind switch
    {
        EndingKind.Release => $"Nobody holds task {messageId}: it is open already, there is nothing to give back.\nCall claim_task if you want it.",
        _ => $"Nobody holds task {messageId}: it is open, and nothing was reported.\n"
            + $"Claim it first with claim_task on its channel; then call {(kind == EndingKind.Ack ? "ack_task" : "fail_task")} again.",
    };

    /// <summary>Somebody else holds the task.</summary>
    /// <param name="until">When the lease runs out, a <see cref="Timestamp"/>; null when that is not known.</param>
    /// <param name="knowsSessions">Whether the bus sees that a worker's process has ended.</param>
    public static string Held(string messageId, string? holder, string? until, EndingKind kind, bool knowsSessions) =>
        $"{holder ?? "Another worker"} holds task {messageId}{(until is null ? "" : $" until {until}, unless it renews that")}; {NotDone(kind)}.\n"
        + "Leave it to that worker and call claim_task for another task. If its process has ended, "
        + (knowsSessions
            ? "agents with the same key can end the task after 10 seconds; to all others it comes back when that time is over."
            : "the task comes back when its lease has run out: this bus does not see the end of a process.");

    /// <summary>The task is done.</summary>
    /// <param name="at">When it was acknowledged, a <see cref="Timestamp"/>; null when that is not known.</param>
    public static string Done(string messageId, string? by, string? at, EndingKind kind) =>
        $"Task {messageId} is done: {by ?? "another worker"} acknowledged it{(at is null ? "" : $" at {at}")}. "
        + kind switch
        {
            EndingKind.Ack => "That first result stands; yours was NOT delivered.\nDo not report it again. If the poster needs what you have, send it with post_task or broadcast.",
            EndingKind.Failure => "That result stands; the failure was not kept.\nCall claim_task for another task.",
            EndingKind.Release => "There is nothing to give back.\nCall claim_task for another task.",
            _ => "There is nothing left to cancel.\nawait_result gives you its result.",
        };

    private static string Waiting(string messageId, EndingKind kind) =>
        $"Task {messageId} waits for its time, or for other tasks: nobody holds it; {NotDone(kind)}.\nCall claim_task for another task.";

    private static string NotDone(EndingKind kind) => kind switch
    {
        EndingKind.Ack => "nothing was reported",
        EndingKind.Failure => "the failure was not kept",
        EndingKind.Release => "it was not given back",
        _ => "it was not cancelled",
    };

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static ToolException Of(BackchannelException refusal, string text) =>
        new($"Backchannel error [{refusal.Status} {refusal.Code}]: {text}", refusal);
}
