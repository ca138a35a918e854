using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Result of <c>await_result</c>: how a task stands. For several tasks, how they stand together, with an entry of the same form for each.</summary>
/// <param name="Status">One of <see cref="TaskStates"/>; <c>question</c> when its worker asks something; <c>unknown</c> for an id that is no task.</param>
/// <param name="AcknowledgedBy">Name of the actor that reported it as done.</param>
/// <param name="ClaimedBy">Name of the actor that works on it.</param>
/// <param name="LastNote">The newest note or progress of a task that is not done.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
/// <param name="Attempts">Of a task that ended without a result.</param>
/// <param name="Notes">Those of others that this process has not been told of, the oldest first.</param>
/// <param name="ReplyTo">Id of the message that the task answers.</param>
/// <param name="Thread">Id of the first message of that chain, if that is another one.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
/// <param name="Results">One for each of the message_ids.</param>
internal sealed record AwaitResultResult(
    string Status,
    string? MessageId = null,
    string? AcknowledgedBy = null,
    ShownResult? Result = null,
    string? ClaimedBy = null,
    ShownQuestion? Question = null,
    ShownNote? LastNote = null,
    string? Reason = null,
    IReadOnlyList<ShownAttempt>? Attempts = null,
    IReadOnlyList<ShownNote>? Notes = null,
    string? ReplyTo = null,
    string? Thread = null,
    int? WaitedSeconds = null,
    string? Owner = null,
    IReadOnlyList<AwaitResultResult>? Results = null,
    string? Note = null,
    string? Next = null)
{
    public const string Asked = "question";

    public const string Unknown = "unknown";

    /// <summary>A task that is neither done nor ended.</summary>
    public static AwaitResultResult NotYet(SeenMessage seen, bool wasClaimed) => new(
        TaskState.Word(seen),
        ClaimedBy: ShownText.Name(seen.Message.ClaimedBy?.Name),
        LastNote: ShownNote.Newest(seen.Task),
        Note: TaskState.Describe(seen, wasClaimed));

    /// <summary>A task whose worker asks something.</summary>
    public static AwaitResultResult Ask(SeenMessage seen, TaskNote question) => new(
        Asked,
        MessageId: seen.Message.Id,
        ClaimedBy: ShownText.Name(seen.Message.ClaimedBy?.Name),
        Question: new(question.Id, question.Text, ShownText.Name(question.By), question.At),
        Next: $"Call update_task with message_id {seen.Message.Id} and your answer, then await_result again.");

    /// <summary>A task that failed, was cancelled or has expired.</summary>
    /// <param name="seen">As it was last seen; null: it was over before.</param>
    /// <param name="maxReasonsLength">For the reasons of its attempts.</param>
    public static AwaitResultResult Ended(string status, SeenMessage? seen, int maxReasonsLength) => new(
        status,
        Reason: seen?.Task?.Reason is { } reason ? ShownText.Clean(reason, maxReasonsLength) : null,
        Attempts: ShownAttempt.Of(seen?.Task, maxReasonsLength),
        Note: (status, seen?.Task?.EndedBy) switch
        {
            (TaskStates.Expired, _) => "Its time was over before anybody reported it as done.",
            (_, { } by) => $"{ShownText.Name(by.Name)} ended it at {seen?.Task?.EndedAt}.",
            _ => null,
        },
        Next: status switch
        {
            TaskStates.Failed => "update_task with reopen true opens it again; or post a better task.",
            TaskStates.Expired => "Post it again if it still matters.",
            _ => null,
        });
}

/// <summary>The result of a task, as <c>await_result</c> shows it.</summary>
/// <param name="Files">Where its files lie.</param>
internal sealed record ShownResult(string Content, JsonElement? Metadata = null, Sender? From = null, IReadOnlyList<ReceivedFile>? Files = null);

/// <summary>A question of a worker.</summary>
internal sealed record ShownQuestion(string Id, string Text, string? By, string At);
