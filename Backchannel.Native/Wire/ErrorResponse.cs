namespace Backchannel.Native.Wire;

/// <summary>The body of every answer of 400 and above.</summary>
/// <param name="Error">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">Text for people; its wording is not part of the contract.</param>
/// <param name="RequestId">Equal to the header <c>X-Request-Id</c>; absent for unknown routes.</param>
/// <param name="DocumentationUrl">Where the code is explained; absent for unknown routes.</param>
/// <param name="RetryAfter">Seconds to wait; with <c>rate_limit_exceeded</c>, <c>channel_write_rate_exceeded</c>, <c>channel_paused</c>.</param>
/// <param name="HeldBy">Name of the actor that holds the task; with <c>already_claimed</c> of <see cref="Additions.TaskSessions"/>.</param>
/// <param name="HeldUntil">When its lease runs out unless renewed, a <see cref="Timestamp"/>; likewise.</param>
/// <param name="AcknowledgedBy">Name of the actor that acknowledged first; with <c>already_acknowledged</c>.</param>
/// <param name="AcknowledgedAt">When it did, a <see cref="Timestamp"/>; likewise.</param>
/// <param name="TaskState">The state of a task that takes no more, one of <see cref="TaskStates"/>; with <c>message_expired</c> the one before its time was over.</param>
/// <param name="EndedAt">When it was acknowledged, failed or was cancelled, a <see cref="Timestamp"/>.</param>
/// <param name="EndedBy">Name of the actor that ended it.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Question">Id of the question that is open or closed; with <c>question_open</c> and <c>question_closed</c>.</param>
/// <param name="QuestionText">Its text; with <c>question_open</c>.</param>
/// <param name="Closed">One of <see cref="QuestionEnds"/>; with <c>question_closed</c>.</param>
/// <param name="Answer">The answer that stands, if there is one; likewise.</param>
/// <param name="AnsweredBy">Who gave it.</param>
/// <param name="OpenQuestion">Id of another question of the same task that is open; with <c>question_closed</c>.</param>
/// <param name="OpenQuestionText">Its text.</param>
internal sealed record ErrorResponse(
    string Error,
    string Message,
    string? RequestId = null,
    string? DocumentationUrl = null,
    double? RetryAfter = null,
    string? HeldBy = null,
    string? HeldUntil = null,
    string? AcknowledgedBy = null,
    string? AcknowledgedAt = null,
    string? TaskState = null,
    string? EndedAt = null,
    string? EndedBy = null,
    string? Reason = null,
    string? Question = null,
    string? QuestionText = null,
    string? Closed = null,
    string? Answer = null,
    string? AnsweredBy = null,
    string? OpenQuestion = null,
    string? OpenQuestionText = null);
