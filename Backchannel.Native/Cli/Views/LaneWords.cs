using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>How a channel is told to people.</summary>
internal static class LaneWords
{
    public static bool IsStuck(LaneView lane) => lane.Questions > 0 || lane.Failed > 0 || lane.Requests > 0 || IsDeserted(lane);

    /// <summary>Whether a task waits for a worker and there is none.</summary>
    public static bool IsDeserted(LaneView lane) => lane.OldestOpenAt is not null && lane.Workers is { Waiting: 0, Holding: 0 };

    /// <summary>Those that need somebody first, of these one's own first, then those with living tasks.</summary>
    public static IEnumerable<LaneView> ByNeed(IEnumerable<LaneView> lanes) =>
        lanes.OrderBy(static lane => IsStuck(lane) ? 0 : lane.Open + lane.Claimed + lane.Waiting > 0 ? 1 : 2).ThenByDescending(static lane => lane.Own);

    /// <param name="columns">Width of the terminal; null: nothing is cut.</param>
    /// <remarks>
    /// The note is what a person should look at: where there is no room,
    /// it is told in fewer words, and the counts that matter least are left out before it is cut: those of waiting and of done tasks, then of workers.
    /// </remarks>
    public static TextTable Table(IReadOnlyList<LaneView> lanes, ShownTime time, int? columns)
    {
        var whole = Table(lanes, lane => Note(lane, time), columns);
        return whole.HasRoom ? whole : Table(lanes, lane => ShortNote(lane, time), columns);
    }

    private static TextTable Table(IReadOnlyList<LaneView> lanes, Func<LaneView, string> note, int? columns)
    {
        var table = new TextTable(
            columns,
            new("LANE", TextTable.Kind.Name),
            new("OPEN", IsNumber: true),
            new("CLAIMED", LeftOut: 4, IsNumber: true),
            new("WAITING", LeftOut: 1, IsNumber: true),
            new("FAILED", IsNumber: true),
            new("DONE", LeftOut: 2, IsNumber: true),
            new("WORKERS", LeftOut: 3, IsNumber: true),
            new("NOTE"));
        foreach (var lane in lanes)
        {
            table.Add(
                lane.Name, Text(lane.Open), Text(lane.Claimed), Text(lane.Waiting), Text(lane.Failed), Text(lane.Done),
                Text(lane.Workers.Waiting + lane.Workers.Holding), note(lane));
        }

        return table;
    }

    /// <summary>What a person should look at, and how old the oldest open task is.</summary>
    private static string Note(LaneView lane, ShownTime time) => string.Join("; ", new[]
    {
        lane.Mode == ChannelMode.Broadcast ? "broadcast" : null,
        lane.Questions switch { 0 => null, 1 => "1 open question", var many => $"{many} open questions" },
        lane.Requests switch { 0 => null, 1 => "1 key asks to come in", var many => $"{many} keys ask to come in" },
        lane.Failed > 0 ? $"{lane.Failed} failed" : null,
        IsDeserted(lane) ? "nobody there" : null,
        lane.OldestOpenAt is { } oldest ? $"oldest open: {time.Of(oldest)}" : null,
    }.OfType<string>());

    /// <summary>The same without what a count of its row tells.</summary>
    private static string ShortNote(LaneView lane, ShownTime time) => string.Join("; ", new[]
    {
        lane.Mode == ChannelMode.Broadcast ? "broadcast" : null,
        lane.Questions switch { 0 => null, 1 => "1 question", var many => $"{many} questions" },
        lane.Requests switch { 0 => null, 1 => "1 key asks", var many => $"{many} keys ask" },
        IsDeserted(lane) ? "nobody there" : null,
        lane.OldestOpenAt is { } oldest ? $"oldest: {time.Of(oldest)}" : null,
    }.OfType<string>());

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
