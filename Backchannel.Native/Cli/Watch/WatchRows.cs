using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The tasks on the screen: their states are told by a mark, a word and a look.</summary>
internal static class WatchRows
{
    /// <param name="model">Knows the names of the channels.</param>
    public static IReadOnlyList<string> Lines(IReadOnlyList<TaskRow> rows, WatchModel model, ShownTime time, int columns)
    {
        var table = new TextTable(
            columns, new("  STATE", 14), new("ID", 8), new("LANE", 20), new("WORKER", 16), new("CHANGED", 12), new("TASK"));
        foreach (var row in rows)
        {
            table.Add(
                $"{Mark(row)} {RowWords.State(row)}", RowWords.ShortId(row.Id), model.NameOf(row.ChannelId), RowWords.Who(row),
                time.Of(row.ChangedAt), RowWords.Content(row));
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
