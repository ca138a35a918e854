using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The channels above their tasks.</summary>
/// <remarks>Only what is in sight is put into words: there may be hundreds of tasks, and each change draws anew.</remarks>
internal sealed class ListPane(WatchModel model, ShownTime time)
{
    /// <summary>Two headings, a line between, a channel and a task; in fewer lines headings would leave no place for what they stand above.</summary>
    private const int Least = 5;

    private string NoChannel => model.IsRead ? "No channel yet. The first post to a channel makes it." : "Reading the channels.";

    /// <param name="rows">How many lines there are.</param>
    /// <returns>The lines, and the index of the chosen one; -1: none is.</returns>
    public (List<ScreenLine> Lines, int Chosen) Draw(int columns, int rows)
    {
        if (rows < Least)
        {
            return DrawSmall(columns, rows);
        }

        // Two headings and a line between. The channels get a third, and what the tasks do not need.
        var room = Math.Max(2, rows - 3);
        var forLanes = Math.Min(model.Lanes.Count, Math.Max(Math.Max(1, room / 3), room - Math.Max(1, model.Rows.Count)));
        var lanes = Part(model.Lanes, model.Place, forLanes);
        var tasks = Part(model.Rows, model.Place - model.Lanes.Count, room - forLanes);
        List<ScreenLine> lines = [];
        var laneLines = LaneWords.Table(lanes, time, columns).Lines();
        lines.Add(new(lanes.Count == 0 ? NoChannel : laneLines[0], LineLook.Heading));
        lines.AddRange(lanes.Zip(laneLines.Skip(1), static (lane, line) => new ScreenLine(line, LaneWords.IsStuck(lane) ? LineLook.Stuck : LineLook.Plain)));
        lines.Add(new(lanes.Count < model.Lanes.Count ? TextColumns.Cut($"  {lanes.Count} of {model.Lanes.Count} channels are shown; move up and down to see the others.", columns) : "", LineLook.Faint));
        var taskLines = WatchRows.Lines(tasks, model, time, columns);
        lines.Add(new(tasks.Count == 0 ? "No tasks." : taskLines[0], LineLook.Heading));
        lines.AddRange(tasks.Zip(taskLines.Skip(1), static (row, line) => new ScreenLine(line, WatchRows.Look(row))));
        return (lines, Chosen(lanes.Count, lanes.IndexOf(model.ChosenLane!), tasks.IndexOf(model.ChosenRow!)));
    }

    /// <summary>Without headings: what is around the chosen line.</summary>
    private (List<ScreenLine> Lines, int Chosen) DrawSmall(int columns, int rows)
    {
        if (model.Lanes.Count == 0)
        {
            return ([new(NoChannel, LineLook.Heading)], -1);
        }

        var count = model.Lanes.Count + model.Rows.Count;
        var first = Math.Clamp(model.Place - (rows / 2), 0, Math.Max(0, count - rows));
        List<LaneView> lanes = [.. model.Lanes.Skip(first).Take(rows)];
        List<TaskRow> tasks = [.. model.Rows.Skip(Math.Max(0, first - model.Lanes.Count)).Take(rows - lanes.Count)];
        var laneLines = LaneWords.Table(lanes, time, columns).Lines().Skip(1).Select(static line => new ScreenLine(line));
        var taskLines = WatchRows.Lines(tasks, model, time, columns).Skip(1).Select(static line => new ScreenLine(line));
        return ([.. lanes.Count == 0 ? [] : laneLines, .. tasks.Count == 0 ? [] : taskLines], model.Place - first);
    }

    private static int Chosen(int laneCount, int lane, int task) =>
        lane >= 0 ? 1 + lane : task >= 0 ? 3 + laneCount + task : -1;

    /// <summary>The part of a list around what is chosen; the beginning of the list in which nothing is.</summary>
    private static List<T> Part<T>(IReadOnlyList<T> all, int place, int height)
    {
        var first = place < all.Count ? Math.Clamp(place - (height / 2), 0, Math.Max(0, all.Count - height)) : 0;
        return [.. all.Skip(first).Take(height)];
    }
}
