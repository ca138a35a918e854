using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The state of a task, in words for the caller that waits for it.</summary>
internal static class TaskState
{
    public const string Waiting = "waiting for a worker";

    private const int MaxReasonLength = 500;

    /// <summary>What has happened to a task that is not done, in a sentence or two.</summary>
    /// <param name="wasClaimed">Whether somebody is known to have had it, where the bus does not count.</param>
    public static string Describe(SeenMessage seen, bool wasClaimed)
    {
        var times = seen.Deliveries is > 1 and var count ? string.Create(CultureInfo.InvariantCulture, $"{count} times") : "once";
        return seen switch
        {
            { Message.ClaimedBy: not null, Deliveries: > 1 } => $"A worker has it and has not finished. It was taken {times}, this time included.",
            { Message.ClaimedBy: not null } => "A worker has it and has not finished.",
            { Task: { State: TaskStates.Waiting } task } => StartOf(task) is { } start
                ? LastAttempt(task) is { } failed ? $"{failed} The next attempt can start at {start}." : $"It waits until {start}."
                : "It waits for other tasks, which it depends on.",
            { Task: { State: TaskStates.Open } task } when LastAttempt(task) is { } last => $"{last} It waits for the next worker.",
            { Deliveries: > 0 } => $"It was taken {times} and came back unfinished: the worker gave it back or stopped. It waits for the next one.",
            _ when wasClaimed => "A worker had it, and it came back unfinished: the worker gave it back or stopped. It waits for the next one.",
            _ => "No worker has taken it yet: one has to call claim_task on this channel.",
        };
    }

    /// <summary>How the last attempt at an unfinished task ended, in a sentence; null: there was none, or the bus does not tell.</summary>
    public static string? LastAttempt(TaskView? task)
    {
        if (task is not { State: TaskStates.Waiting or TaskStates.Open, Attempts: [.., var last] })
        {
            return null;
        }

        var name = ShownText.Name(last.Worker?.Name);
        var worker = name is null ? "" : $" by {name}";
        var reason = string.IsNullOrWhiteSpace(last.Reason) ? "." : $": {ShownText.Clean(last.Reason, MaxReasonLength).TrimEnd('.', ' ')}.";
        var attempt = string.Create(CultureInfo.InvariantCulture, $"Attempt {task.AttemptsUsed}{(task.MaxAttempts is { } most ? $" of {most}" : "")}{worker}");
        return last.Outcome switch
        {
            AttemptOutcomes.Released when task.Attempts.Count > 1 => string.Create(
                CultureInfo.InvariantCulture, $"It was taken {task.Attempts.Count} times and came back unfinished: {name ?? "a worker"} had it last and gave it back."),
            AttemptOutcomes.Released => $"{name ?? "A worker"} had it and gave it back.",
            _ when task.AttemptsUsed == 0 => $"It was reopened after {Counted(task.Attempts)}; the last one{worker} {Ended(last.Outcome)}{reason}",
            _ => $"{attempt} {Ended(last.Outcome)}{reason}",
        };
    }

    private static string Counted(IReadOnlyList<TaskAttempt> attempts)
    {
        var count = attempts.Count(static attempt => attempt.Outcome != AttemptOutcomes.Released);
        return count == 1 ? "an attempt" : string.Create(CultureInfo.InvariantCulture, $"{count} attempts");
    }

    private static string Ended(string outcome) => outcome switch
    {
        AttemptOutcomes.LeaseRanOut => "ended because its lease ran out",
        AttemptOutcomes.SessionEnded => "ended with its worker's process",
        _ => "failed",
    };

    /// <summary>One of <see cref="TaskStates"/>, also where the bus does not say it.</summary>
    public static string Word(SeenMessage seen) =>
        seen.Message.AcknowledgedBy.Count > 0 ? TaskStates.Acknowledged
        : seen.Task?.State ?? (seen.Message.ClaimedBy is null ? TaskStates.Open : TaskStates.Claimed);

    /// <summary>The state with the newest note, on one line.</summary>
    public static string Of(SeenMessage seen)
    {
        var word = Word(seen);
        if (word is TaskStates.Acknowledged or TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired)
        {
            return word;
        }

        var state = (word, seen) switch
        {
            (TaskStates.Waiting, { Task: { } task }) => StartOf(task) is { } start ? $"waiting until {start}" : "waiting for other tasks",
            (_, { Message.ClaimedBy: { } worker }) => $"claimed by {ShownText.Name(worker.Name) ?? worker.Id}",
            _ => Waiting,
        };
        return ShownNote.Newest(seen.Task) is { } note ? $"{state}: {note.ToLine()}" : state;
    }

    /// <summary>The time that a waiting task waits for; null: it waits for other tasks.</summary>
    private static string? StartOf(TaskView task) =>
        task.DependsOn?.Any(static other => other.State != TaskStates.Acknowledged) == true ? null : task.NotBefore;
}
