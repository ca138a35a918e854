using Backchannel.Native.Wire;
using Backchannel.Native.Work;

namespace Backchannel.Native.Cli.Views;

/// <summary>How a task in a list is told to people.</summary>
internal static class RowWords
{
    /// <remarks>Ids of tasks posted together differ at their ends.</remarks>
    private const int ShortLength = 8;

    public static string ShortId(string id) => id[^Math.Min(ShortLength, id.Length)..];

    /// <summary>A message of a broadcast channel is no task and has no state.</summary>
    public static string State(TaskRow row) => row.State ?? "message";

    /// <summary>Whether it stays as it is until a person does something.</summary>
    public static bool IsStuck(TaskRow row) => row.Question is not null || row.State == TaskStates.Failed;

    public static bool HasEnded(TaskRow row) => row.State is TaskStates.Acknowledged or TaskStates.Cancelled or TaskStates.Expired;

    /// <summary>What is to be known first, then the beginning of the task.</summary>
    public static string Content(TaskRow row) => Note(row) is { } note ? Content(note, row) : row.Content;

    /// <summary>The same where the state stands beside it: a reason need not name it again, and begins with what only this task tells.</summary>
    public static string BesideState(TaskRow row)
    {
        var told = row with { Reason = row.Reason is { } whole ? StandardReason.Rest(whole) : null };
        return told is { Question: null, State: TaskStates.Failed or TaskStates.Cancelled, Reason: { } reason } ? Content(reason, row) : Content(told);
    }

    public static string Who(TaskRow row) => row.Holder?.Name ?? "";

    private static string Content(string note, TaskRow row) => $"{note} | {row.Content}";

    private static string? Note(TaskRow row) => row switch
    {
        { Question: { } question } => $"open question: {question}",
        { State: TaskStates.Failed or TaskStates.Cancelled, Reason: { } reason } => $"{row.State}: {reason}",
        { State: TaskStates.Claimed, Progress: { } progress } => Progress(progress),
        { State: TaskStates.Waiting, WaitsFor: > 0 } => row.WaitsFor == 1 ? "waits for 1 other task" : $"waits for {row.WaitsFor} other tasks",
        { State: TaskStates.Open or TaskStates.Waiting, AttemptsUsed: > 0 } => $"{Attempts(row.AttemptsUsed, row.MaxAttempts)} failed: {row.Reason}",
        _ => null,
    };

    public static string Progress(TaskProgress progress) =>
        string.Join(' ', new[] { progress.Percent is { } percent ? $"{percent} %" : null, progress.Text }.OfType<string>());

    public static string Attempts(int used, int? most) => (used, most) switch
    {
        (1, null) => "1 attempt",
        (_, null) => $"{used} attempts",
        _ => $"{used} of {most} attempts",
    };

    /// <remarks>
    /// Where nothing is cut, programs read it: ids and reasons are whole. In a narrow terminal the worker is left out first, since 'task ID' and
    /// 'workers' tell it, then the time, then the channel. The id stays: 'task' takes it.
    /// </remarks>
    public static TextTable Table(IEnumerable<TaskRow> rows, IReadOnlyDictionary<string, string> laneNames, ShownTime time, int? columns)
    {
        var table = new TextTable(
            columns,
            new("STATE"),
            new("ID"),
            new("LANE", TextTable.Kind.Name, LeftOut: 3),
            new("WORKER", TextTable.Kind.Name, LeftOut: 1),
            new("CHANGED", LeftOut: 2),
            new("TASK", TextTable.Kind.Text));
        foreach (var row in rows)
        {
            table.Add(
                State(row),
                columns is null ? row.Id : ShortId(row.Id),
                laneNames.GetValueOrDefault(row.ChannelId, row.ChannelId),
                Who(row),
                time.Of(row.ChangedAt),
                columns is null ? Content(row) : BesideState(row));
        }

        return table;
    }
}
