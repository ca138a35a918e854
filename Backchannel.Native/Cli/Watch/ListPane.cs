using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The channels above their tasks.</summary>
internal sealed class ListPane(WatchModel model, ShownTime time)
{
    /// <param name="rows">How many lines there are.</param>
    /// <returns>The lines, and the index of the chosen one.</returns>
    public (List<ScreenLine> Lines, int Chosen) Draw(int columns, int rows)
    {
        // Two headings and a line between. The channels get a third, and what the tasks do not need.
        var room = Math.Max(2, rows - 3);
        var forLanes = Math.Min(model.Lanes.Count, Math.Max(room / 3, room - Math.Max(1, model.Rows.Count)));

        List<ScreenLine> lines = [];
        var chosen = -1;
        var lanes = LaneWords.Table(model.Lanes, time, columns).Lines();
        lines.Add(new(model.Lanes.Count == 0 ? "No channel yet. The first post to a channel makes it." : lanes[0], LineLook.Heading));
        AddPart(model.Place, model.Lanes.Count, forLanes, index => new(lanes[index + 1], LaneWords.IsStuck(model.Lanes[index]) ? LineLook.Stuck : LineLook.Plain));
        lines.Add(new(""));
        var tasks = WatchRows.Lines(model, time, columns);
        lines.Add(new(model.Rows.Count == 0 ? "No tasks." : tasks[0], LineLook.Heading));
        AddPart(model.Place - model.Lanes.Count, model.Rows.Count, rows - lines.Count, index => new(tasks[index + 1], WatchRows.Look(model.Rows[index])));
        return (lines, chosen);

        // The part of a list around what is chosen; the beginning of the other list.
        void AddPart(int place, int count, int height, Func<int, ScreenLine> line)
        {
            var first = place < count ? Math.Clamp(place - (height / 2), 0, Math.Max(0, count - height)) : 0;
            for (var index = first; index < Math.Min(count, first + height); index++)
            {
                if (index == place)
                {
                    chosen = lines.Count;
                }

                lines.Add(line(index));
            }
        }
    }
}
