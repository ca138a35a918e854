using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Why nothing was noted on a task, in plain words: what stands, and what to do next.</summary>
internal static class NoteRefusal
{
    private const string Stop = "Stop working on it. Call claim_task for the next one.";

    private const int MaxQuotedLength = 1000;

    /// <returns>Null when the refusal says nothing about the task.</returns>
    public static ToolException? Explain(BackchannelException refusal, string messageId) => Text(refusal, messageId) is { } text
        ? new($"Backchannel error [{refusal.Status} {refusal.Code}]: {text}", refusal)
        : null;

    private static string? Text(BackchannelException exception, string messageId) => (exception.Code, exception.Refusal) switch
    {
        (ErrorCodes.QuestionClosed, { OpenQuestion: not null } refusal) =>
            $"Your answer was NOT kept: the question that it would answer {Closed(refusal)}.\n"
            + $"Another question is open: \"{ShownText.Clean(refusal.OpenQuestionText ?? "", MaxQuotedLength)}\"; answer that with update_task.",
        (ErrorCodes.QuestionClosed, { Answer: { } answer } refusal) =>
            $"The question is answered; the first answer stands, and yours was NOT kept: {ShownText.Name(refusal.AnsweredBy)} wrote \"{ShownText.Clean(answer, MaxQuotedLength)}\".\n"
            + "To correct it add a note.",
        (ErrorCodes.QuestionClosed, { Closed: QuestionEnds.Withdrawn }) => "The worker withdrew the question.\nNothing is to be answered; a note reaches the worker.",
        (ErrorCodes.QuestionClosed, _) => "The worker that asked this no longer has the task, so nobody waits for the answer.\nA note reaches the next worker.",
        (ErrorCodes.QuestionOpen, { } refusal) =>
            $"Another question of yours is open: \"{ShownText.Clean(refusal.QuestionText ?? "", MaxQuotedLength)}\".\n"
            + "Wait for its answer: call update_task with that question and wait_seconds.",
        (ErrorCodes.TooManyNotes, _) => "The task has as many notes as a task can have.\nReport progress with percent; say the rest in the result.",
        (ErrorCodes.TaskCancelled, { } refusal) => $"Task {messageId} was cancelled{By(refusal)}.{Reason(refusal)}\n{Stop}",
        (ErrorCodes.TaskFailed, { } refusal) => $"Task {messageId} has failed.{Reason(refusal)}\n{Stop} Its poster can reopen it.",
        (ErrorCodes.AlreadyAcknowledged, { } refusal) =>
            $"Task {messageId} is done: {ShownText.Name(refusal.AcknowledgedBy) ?? "a worker"} acknowledged it. Nothing was noted.\nawait_result shows its result.",
        (ErrorCodes.AlreadyClaimed, { } refusal) =>
            $"{ShownText.Name(refusal.HeldBy) ?? "Another worker"} holds task {messageId}: only that one reports progress and asks. Nothing was noted.\n"
            + "As its poster, use note or answer.",
        (ErrorCodes.NotClaimed, _) => $"Nobody holds task {messageId}, and only its worker reports progress and asks. Nothing was noted.\nAs its poster, use note; to work on it, claim_task.",
        (ErrorCodes.Forbidden, _) => $"Neither poster nor worker of task {messageId} is this key. Nothing was noted.\nAnswers are for the poster and the owner of its channel.",
        (ErrorCodes.ChannelNotClaimable, _) => BroadcastMessage.Describe(messageId),
        (ErrorCodes.TaskNotFailed, _) => $"Task {messageId} has not failed: there is nothing to reopen.\nawait_result shows how it stands.",
        (ErrorCodes.InvalidField, _) when exception.Message.Contains("question", StringComparison.Ordinal) =>
            $"No question is open on task {messageId}. Nothing was noted.\nUse note to tell its worker something.",
        _ => null,
    };

    private static string Closed(ErrorResponse refusal) => refusal switch
    {
        { Answer: { } answer } => $"is answered, and the first answer stands: {ShownText.Name(refusal.AnsweredBy)} wrote \"{ShownText.Clean(answer, MaxQuotedLength)}\"",
        { Closed: QuestionEnds.Withdrawn } => "was withdrawn",
        _ => "is closed, because the worker that asked it no longer has the task",
    };

    private static string By(ErrorResponse refusal) => ShownText.Name(refusal.EndedBy) is { } by ? $" by {by}" : "";

    private static string Reason(ErrorResponse refusal) => refusal.Reason is { } reason ? $" Reason: {ShownText.Clean(reason, MaxQuotedLength)}" : "";
}
