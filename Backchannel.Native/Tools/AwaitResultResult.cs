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

    /// <summary>A task that failed or was cancelled.</summary>
    /// <param name="seen">As it was last seen.</param>
    /// <param name="maxReasonsLength">For the reasons of its attempts.</param>
    public static AwaitResultResult Ended(string status, SeenMessage? seen, int maxReasonsLength) => new(
        status,
        Reason: seen?.Task?.Reason is { } reason ? ShownText.Lines(reason, maxReasonsLength) : null,
        Attempts: ShownAttempt.Of(seen?.Task, maxReasonsLength),
        Note: (status, seen?.Task?.EndedBy) switch
        {
            (_, { } by) => $"{ShownText.Name(by.Name)} ended it at {seen?.Task?.EndedAt}.",
            _ => null,
        },
        Next: status switch
        {
            TaskStates.Failed => "update_task with reopen true opens it again; or post a better task.",
            _ => null,
        });

    /// <summary>A task whose time is over.</summary>
    /// <param name="end">What it was before; null: the bus does not say.</param>
    public static AwaitResultResult Expired(TaskEnd? end) => new(
        TaskStates.Expired,
        Note: end switch
        {
            null => "Its time is over. This bus does not say whether it was done before.",
            { State: TaskStates.Acknowledged } =>
                $"{ShownText.Name(end.By) ?? "A worker"} reported it as done{(end.At is null ? "" : $" at {end.At}")}. The task has expired since then, and no result of it is stored any more.",
            { State: TaskStates.Failed or TaskStates.Cancelled } => $"It {end.Describe()} The task has expired since then.",
            _ => "Its time was over before anybody reported it as done.",
        },
        Next: end?.State switch
        {
            null => "Post it again if it still matters and was not done before.",
            TaskStates.Acknowledged => "The work was done: post it again only if you need its result once more.",
            TaskStates.Cancelled => null,
            _ => "Post it again if it still matters.",
        });
}

/// <summary>The result of a task, as <c>await_result</c> shows it.</summary>
/// <param name="Files">Where its files lie.</param>
internal sealed record ShownResult(string Content, JsonElement? Metadata = null, Sender? From = null, IReadOnlyList<ReceivedFile>? Files = null);

/// <summary>A question of a worker.</summary>
internal sealed record ShownQuestion(string Id, string Text, string? By, string At);
