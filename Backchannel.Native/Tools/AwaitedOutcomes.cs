using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>What became of tasks that were waited for, as <c>await_result</c> shows it.</summary>
internal sealed class AwaitedOutcomes(FileReceiving files, ToldNotes told)
{
    /// <summary>For the results of several tasks.</summary>
    private const int MaxResultsBytes = 50_000;

    /// <summary>For the reasons of each of several tasks.</summary>
    private const int MaxReasonsLengthOfSeveral = 300;

    /// <summary>For the notes of one task alone.</summary>
    private const int MaxNoteBytes = 12_000;

    /// <summary>For the notes of each of several tasks.</summary>
    private const int MaxNoteBytesOfSeveral = 1_000;

    /// <summary>Adds what others noted on a task since the last time, and what it answers.</summary>
    public AwaitResultResult AddNotes(AwaitResultResult result, string id, SeenMessage seen, int maxBytes = MaxNoteBytes)
    {
        var (notes, leftOut) = ShownNotes.Of(told.TakeNew(id, seen.Task), maxBytes);
        return result with
        {
            Notes = notes,
            ReplyTo = seen.Message.ReplyTo,
            Thread = seen.Message.LongerThread(),
            Note = Join(result.Note, leftOut),
        };
    }

    /// <summary>How several tasks stand.</summary>
    /// <param name="first">The one that ended the wait; null: it goes on.</param>
    public async Task<AwaitResultResult> ShowAsync(
        BackchannelClient bus, AwaitedTasks tasks, AwaitedTask? first, CancellationToken cancellationToken)
    {
        var left = MaxResultsBytes;
        List<AwaitResultResult> results = [];
        foreach (var task in tasks.All)
        {
            var shown = await ShowAsync(task);
            shown = task.Seen is { } seen ? AddNotes(shown, task.Id, seen, MaxNoteBytesOfSeveral) : shown;
            results.Add(shown with { MessageId = task.Id, Next = null });
        }

        var words = tasks.All.Select(static task => task.Word).ToList();
        var status = first is not null && tasks.All.All(static task => task.IsOver)
            ? words.Find(static word => word != TaskStates.Acknowledged) ?? TaskStates.Acknowledged
            : first?.Word ?? Array.Find([TaskStates.Claimed, TaskStates.Open], words.Contains) ?? TaskStates.Waiting;
        return new(status, Results: results);

        async Task<AwaitResultResult> ShowAsync(AwaitedTask task)
        {
            switch (task.Word)
            {
                case AwaitResultResult.Unknown when task.Gone == ErrorCodes.ChannelNotClaimable:
                    return new(AwaitResultResult.Unknown, Note: BroadcastMessage.IsNoTask);
                case AwaitResultResult.Unknown when task.Gone == FaultCodes.UnusableAnswer:
                    return new(AwaitResultResult.Unknown, Note: "How it stands cannot be read: the bus sends more of it than is read of one answer.");
                case AwaitResultResult.Unknown:
                    return new(AwaitResultResult.Unknown, Note: "No task has this id: it was withdrawn or removed, or the id is wrong.");
                case TaskStates.Expired when task.Gone is not null:
                    var late = await ShowExpiredAsync(bus, task.Id, task.End, left, cancellationToken);
                    left -= late.Result is null ? 0 : JsonSize.Of(late.Result.Content);
                    return late;
                case TaskStates.Acknowledged:
                    var result = task.Result ?? (tasks.BringsResults ? null : await ReadAsync(bus, task.Seen!.Message, cancellationToken));
                    var size = result is null ? 0 : FittedMessage.SizeOf(result);
                    if (size > left)
                    {
                        return new(TaskStates.Acknowledged, Note: $"Its result of {size:N0} bytes is left out here: call await_result with this message_id alone.");
                    }

                    left -= size;
                    return await this.ShowAsync(bus, task.Seen!, result, MaxResultsBytes, cancellationToken);
                case TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired:
                    return AwaitResultResult.Ended(task.Word, task.Seen, MaxReasonsLengthOfSeveral);
                case var _ when task.Seen is { } seen:
                    var open = AwaitResultResult.NotYet(seen, wasClaimed: false);
                    return open with { LastNote = open.LastNote?.Shortened(), Note = TaskState.LastAttempt(seen.Task) };
                default:
                    return new(task.Word, Note: "The bus has not said how it stands.");
            }
        }
    }

    /// <summary>A task that is done, with the files of its result.</summary>
    public async Task<AwaitResultResult> ShowAsync(
        BackchannelClient bus, SeenMessage task, Message? result, int maxBytes, CancellationToken cancellationToken) =>
        await WithFilesAsync(bus, Show(task, result, maxBytes), result, cancellationToken);

    /// <summary>A task whose time is over. The result of one that was done may live longer than the task.</summary>
    /// <param name="end">What it was before; null: the bus does not say.</param>
    public async Task<AwaitResultResult> ShowExpiredAsync(
        BackchannelClient bus, string id, TaskEnd? end, int maxBytes, CancellationToken cancellationToken)
    {
        if (end is not { State: TaskStates.Acknowledged } || await ResultReader.ReadAsync(bus, id, worker: "", cancellationToken) is not { } result)
        {
            return AwaitResultResult.Expired(end);
        }

        var fitted = FittedMessage.Of(result, maxBytes);
        var shown = new AwaitResultResult(
            TaskStates.Acknowledged,
            AcknowledgedBy: ShownText.Name(end.By),
            Result: new(fitted.Content, fitted.Metadata, Sender.Of(result)),
            Note: Join("The task has expired since then.", fitted.Note));
        return await WithFilesAsync(bus, shown, result, cancellationToken);
    }

    private async Task<AwaitResultResult> WithFilesAsync(
        BackchannelClient bus, AwaitResultResult shown, Message? result, CancellationToken cancellationToken) =>
        result?.Files is null || shown.Result is null
            ? shown
            : shown with { Result = shown.Result with { Files = await files.FetchAsync(bus, result, cancellationToken) } };

    /// <summary>The result of a task that is done; null: it has none.</summary>
    public static Task<Message?> ReadAsync(BackchannelClient bus, Message task, CancellationToken cancellationToken) =>
        ResultReader.ReadAsync(bus, task.Id, Acknowledger(task).Id, cancellationToken);

    /// <summary>Anybody with access can ack: the word of who held the task then counts most.</summary>
    private static Acknowledgement Acknowledger(Message task) =>
        task.AcknowledgedBy.FirstOrDefault(ack => !IsClaimedSince(task) && ack.Id == task.ClaimedBy?.Id) ?? task.AcknowledgedBy[0];

    /// <summary>Whether it was claimed only after it was done.</summary>
    private static bool IsClaimedSince(Message task) =>
        task.ClaimedBy is not null
        && Timestamp.TryParse(task.ClaimedAt, out var claimed)
        && Timestamp.TryParse(task.AcknowledgedBy[0].OccurredAt, out var done)
        && claimed > done;

    /// <summary>Who reported it, where that was not its holder.</summary>
    private static string? TellStranger(SeenMessage seen, Acknowledgement acknowledgement)
    {
        var (task, by) = (seen.Message, ShownText.Name(acknowledgement.Name));
        if (task.ClaimedBy is { } holder && !IsClaimedSince(task))
        {
            return holder.Id == acknowledgement.Id ? null : $"{by} reported it as done while {ShownText.Name(holder.Name)} held it.";
        }

        // Only a bus that shows the attempts tells whether somebody held it then: the claim may be gone since.
        var isUnheld = seen.Task is { } life && life.Attempts?.Any(static attempt => attempt.Outcome == AttemptOutcomes.Acknowledged) != true;
        return (isUnheld, task.ClaimedBy) switch
        {
            (true, { } later) => $"{by} reported it as done without holding it; {ShownText.Name(later.Name)} claimed it later.",
            (true, null) => $"{by} reported it as done without holding it.",
            _ => null,
        };
    }

    /// <summary>A task that is done.</summary>
    private static AwaitResultResult Show(SeenMessage seen, Message? result, int maxBytes)
    {
        var acknowledgement = Acknowledger(seen.Message);
        var fitted = result is null ? null : FittedMessage.Of(result, maxBytes);
        return new(
            TaskStates.Acknowledged,
            AcknowledgedBy: ShownText.Name(acknowledgement.Name),
            Result: fitted is null ? null : new(fitted.Content, fitted.Metadata, Sender.Of(result!)),
            Note: Join(
                TellStranger(seen, acknowledgement),
                fitted is null ? "It was reported as done without a result." : fitted.Note));
    }

    private static string? Join(string? first, string? second) => first is null || second is null ? first ?? second : $"{first} {second}";
}
