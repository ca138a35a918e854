using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The tasks on the screen: their states are told by a mark, a word and a look.</summary>
internal static class WatchRows
{
    /// <remarks>
    /// In a narrow terminal the worker is left out first, which the opened task tells, then the id, which no key takes, then the time and the channel.
    /// </remarks>
    /// <param name="model">Knows the names of the channels.</param>
    public static IReadOnlyList<string> Lines(IReadOnlyList<TaskRow> rows, WatchModel model, ShownTime time, int columns)
    {
        var table = new TextTable(
            columns,
            new("  STATE"),
            new("ID", LeftOut: 2),
            new("LANE", TextTable.Kind.Name, LeftOut: 4),
            new("WORKER", TextTable.Kind.Name, LeftOut: 1),
            new("CHANGED", LeftOut: 3),
            new("TASK", TextTable.Kind.Text));
        foreach (var row in rows)
        {
            table.Add(
                $"{Mark(row)} {RowWords.State(row)}", RowWords.ShortId(row.Id), model.NameOf(row.ChannelId), RowWords.Who(row),
                time.Of(row.ChangedAt), RowWords.BesideState(row));
        }

        return table.Lines();
    }

    public static LineLook Look(TaskRow row) =>
        RowWords.IsStuck(row) ? LineLook.Stuck : RowWords.HasEnded(row) ? LineLook.Faint : LineLook.Plain;

    private static string Mark(TaskRow row) => row switch
    {
        { Question: not null } => "?",
        { State: TaskStates.Open } => "○",
        { State: TaskStates.Claimed } => "◐",
        { State: TaskStates.Waiting } => "◌",
        { State: TaskStates.Failed } => "✗",
        { State: TaskStates.Acknowledged } => "✓",
        { State: TaskStates.Cancelled } => "−",
        _ => "·",
    };
}
