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
                case TaskStates.Acknowledged:
                    var result = task.Result ?? await ReadAsync(bus, task.Seen!.Message, cancellationToken);
                    var size = result is null ? 0 : FittedMessage.SizeOf(result);
                    if (size > left)
                    {
                        return new(TaskStates.Acknowledged, Note: $"Its result of {size:N0} bytes is left out here: call await_result with this message_id alone.");
                    }

                    left -= size;
                    return await this.ShowAsync(bus, task.Seen!.Message, result, MaxResultsBytes, cancellationToken);
                case TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired:
                    return AwaitResultResult.Ended(task.Word, task.Seen, MaxReasonsLengthOfSeveral);
                default:
                    var open = AwaitResultResult.NotYet(task.Seen!, wasClaimed: false);
                    return open with { LastNote = open.LastNote?.Shortened(), Note = TaskState.LastAttempt(task.Seen!.Task) };
            }
        }
    }

    /// <summary>A task that is done, with the files of its result.</summary>
    public async Task<AwaitResultResult> ShowAsync(
        BackchannelClient bus, Message task, Message? result, int maxBytes, CancellationToken cancellationToken)
    {
        var shown = Show(task, result, maxBytes);
        return result?.Files is null || shown.Result is null
            ? shown
            : shown with { Result = shown.Result with { Files = await files.FetchAsync(bus, result, cancellationToken) } };
    }

    /// <summary>The result of a task that is done; null: it has none.</summary>
    public static Task<Message?> ReadAsync(BackchannelClient bus, Message task, CancellationToken cancellationToken) =>
        ResultReader.ReadAsync(bus, task.Id, Acknowledger(task).Id, cancellationToken);

    /// <summary>Anybody with access can ack: the holder's word counts most.</summary>
    private static Acknowledgement Acknowledger(Message task) =>
        task.AcknowledgedBy.FirstOrDefault(ack => ack.Id == task.ClaimedBy?.Id) ?? task.AcknowledgedBy[0];

    /// <summary>A task that is done.</summary>
    private static AwaitResultResult Show(Message task, Message? result, int maxBytes)
    {
        var acknowledgement = Acknowledger(task);
        var fitted = result is null ? null : FittedMessage.Of(result, maxBytes);
        return new(
            TaskStates.Acknowledged,
            AcknowledgedBy: ShownText.Name(acknowledgement.Name),
            Result: fitted is null ? null : new(fitted.Content, fitted.Metadata, Sender.Of(result!)),
            Note: Join(
                task.ClaimedBy is { } holder && holder.Id != acknowledgement.Id
                    ? $"{ShownText.Name(acknowledgement.Name)} reported it as done while {ShownText.Name(holder.Name)} held it."
                    : null,
                fitted is null ? "It was reported as done without a result." : fitted.Note));
    }

    private static string? Join(string? first, string? second) => first is null || second is null ? first ?? second : $"{first} {second}";
}
