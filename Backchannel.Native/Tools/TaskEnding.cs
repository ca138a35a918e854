using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Why a task could not be ended, in plain words: what stands, and what to do next.</summary>
internal static class TaskEnding
{
    /// <summary>The refusal of an ack or a release; null when it says nothing about the task.</summary>
    /// <param name="isAck">Whether a result was to be delivered, rather than the task given back.</param>
    public static ToolException? Explain(BackchannelException refusal, string messageId, bool isAck) => refusal.Code switch
    {
        ErrorCodes.AlreadyClaimed or ErrorCodes.Forbidden => Of(refusal, Held(
            messageId, ShownText.Name(refusal.Refusal?.HeldBy), refusal.Refusal?.HeldUntil, isAck)),
        ErrorCodes.NotClaimed => Of(refusal, Open(messageId, isAck)),
        ErrorCodes.AlreadyAcknowledged => Of(refusal, Done(
            messageId, ShownText.Name(refusal.Refusal?.AcknowledgedBy), refusal.Refusal?.AcknowledgedAt, isAck)),
        ErrorCodes.MessageNotFound => Of(refusal,
            $"No task has the id {ShownText.Name(messageId)}: it was withdrawn or has expired, or the id is wrong.\n"
            + "Check the id; if it is right, stop working on it: nobody waits for it any more."),
        ErrorCodes.MessageExpired => Of(refusal,
            $"Task {messageId} has expired.\nStop working on it: nobody waits for it any more. Call claim_task for the next one."),
        ErrorCodes.LeaseExpired when isAck => Of(refusal,
            $"The claim on task {messageId} was lost: its lease ran out or went to another worker, and nothing was reported.\n"
            + "Stop working on it. Call claim_task for the next one."),
        _ => null,
    };

    /// <summary>Nobody holds the task.</summary>
    public static string Open(string messageId, bool isAck) => isAck
        ? $"Nobody holds task {messageId}: it is open, and nothing was reported.\n"
            + "Claim it first with claim_task on its channel; then call ack_task again."
        : $"Nobody holds task {messageId}: it is open already, there is nothing to give back.\nCall claim_task if you want it.";

    /// <summary>Somebody else holds the task.</summary>
    /// <param name="until">When the lease runs out, a <see cref="Timestamp"/>; null when that is not known.</param>
    public static string Held(string messageId, string? holder, string? until, bool isAck) =>
        $"{holder ?? "Another worker"} holds task {messageId}{(until is null ? "" : $" until {until}, unless it renews that")}; "
        + $"{(isAck ? "nothing was reported" : "it was not given back")}.\n"
        + "Leave it to that worker and call claim_task for another task. If its process has ended, agents with the same key can end the task after 10 seconds; "
        + "to all others it comes back when that time is over.";

    /// <summary>The task is done.</summary>
    /// <param name="at">When it was acknowledged, a <see cref="Timestamp"/>; null when that is not known.</param>
    public static string Done(string messageId, string? by, string? at, bool isAck) =>
        $"Task {messageId} is done: {by ?? "another worker"} acknowledged it{(at is null ? "" : $" at {at}")}. "
        + (isAck
            ? "That first result stands; yours was NOT delivered.\nDo not report it again. If the poster needs what you have, send it with post_task or broadcast."
            : "There is nothing to give back.\nCall claim_task for another task.");

    private static ToolException Of(BackchannelException refusal, string text) =>
        new($"Backchannel error [{refusal.Status} {refusal.Code}]: {text}", refusal);
}
