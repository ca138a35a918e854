using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Views;
using Backchannel.Native.Cli.Watch;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Cli.Views;

/// <summary>The tables where a terminal has no room for all: words of a fixed set are whole, and free text is what is cut.</summary>
public sealed class NarrowTerminalTests
{
    private static readonly Dictionary<string, string> Names = new() { [ViewSamples.LaneName] = ViewSamples.LaneName };

    private static readonly string[] Words =
        ["failed", "claimed", "open", "waiting", "cancelled", "acknowledged", "25 min ago", "5 min ago", "10 h ago", "13 days ago", "59 min ago"];

    [Theory]
    [InlineData(80)]
    [InlineData(90)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(200)]
    public void States_times_and_names_of_tasks_are_whole(int columns)
    {
        var model = new WatchModel();

        foreach (var lines in new[] { RowWords.Table(ViewSamples.Rows, Names, ViewSamples.Time, columns).Lines(), WatchRows.Lines(ViewSamples.Rows, model, ViewSamples.Time, columns) })
        {
            var all = string.Join('\n', lines);
            Assert.All(Words, word => Assert.Contains($"{word} ", all, StringComparison.Ordinal));
            Assert.All(lines.Skip(1), line => Assert.Contains($" {ViewSamples.LaneName} ", line, StringComparison.Ordinal));
            Assert.All(lines, line => Assert.InRange(TextColumns.Of(line), 1, columns));
            Assert.Equal(columns >= 100, all.Contains($" {ViewSamples.WorkerName} ", StringComparison.Ordinal));
            Assert.True(columns - lines[0].IndexOf("TASK", StringComparison.Ordinal) >= 20);
        }
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void Each_failure_tells_its_own_reason(int columns)
    {
        var lines = RowWords.Table(ViewSamples.Rows, Names, ViewSamples.Time, columns).Lines();

        Assert.Contains("  error: no zlib.h ", lines[1], StringComparison.Ordinal);
        Assert.Contains("  Login_works failed ", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TaskStates.Failed, "The command ended with exit code 1.", "The command ended with exit code 1. | Build")]
    [InlineData(TaskStates.Failed, "The command ended with exit code 127: a program that it needs was not found.", "The command ended with exit code 127: a program that it needs was not found. | Build")]
    [InlineData(TaskStates.Failed, "The agent reports a failure: no disk", "no disk | Build")]
    [InlineData(TaskStates.Failed, "no compiler", "no compiler | Build")]
    [InlineData(TaskStates.Cancelled, "not needed", "not needed | Build")]
    [InlineData(TaskStates.Open, "The command ended with exit code 2. no disk", "1 of 3 attempts failed: no disk | Build")]
    public void A_reason_loses_only_a_beginning_that_tells_nothing(string state, string reason, string expected)
    {
        var row = ViewSamples.Row(state, 5, reason: reason, attempts: 1);

        Assert.StartsWith(expected, RowWords.BesideState(row), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void Counts_and_notes_of_lanes_are_whole(int columns)
    {
        LaneView[] lanes =
        [
            ViewSamples.Lane(ViewSamples.LaneName, open: 12, failed: 2, oldestMinutesAgo: 25),
            ViewSamples.Lane("docs", questions: 1, failed: 3, requests: 2),
        ];

        var lines = LaneWords.Table(lanes, ViewSamples.Time, columns).Lines();

        Assert.All(lines, line => Assert.DoesNotContain('…', line));
        Assert.Matches($@"^{ViewSamples.LaneName} +12 .* 2 .*nobody there; oldest: 25 min ago$", lines[1]);
        Assert.Matches("^docs .* 3 .* 1 question; 2 keys ask$", lines[2]);
    }

    [Fact]
    public void Notes_of_lanes_are_told_in_full_where_there_is_room() =>
        Assert.EndsWith(
            "1 open question; 3 failed; nobody there; oldest open: 25 min ago",
            LaneWords.Table([ViewSamples.Lane("docs", open: 1, failed: 3, questions: 1, oldestMinutesAgo: 25)], ViewSamples.Time, 160).Lines()[1],
            StringComparison.Ordinal);

    [Fact]
    public void A_lane_into_which_somebody_asks_to_come_stands_with_those_that_need_a_person()
    {
        var asked = ViewSamples.Lane("secrets", requests: 1);

        Assert.Equal(["secrets", "docs"], LaneWords.ByNeed([ViewSamples.Lane("docs"), asked]).Select(static lane => lane.Name));
        Assert.EndsWith("1 key asks to come in", LaneWords.Table([asked], ViewSamples.Time, 160).Lines()[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(40)]
    public void In_a_very_narrow_terminal_lines_fit_too(int columns)
    {
        var tables = new[]
        {
            RowWords.Table(ViewSamples.Rows, Names, ViewSamples.Time, columns).Lines(),
            WatchRows.Lines(ViewSamples.Rows, new WatchModel(), ViewSamples.Time, columns),
            LaneWords.Table([ViewSamples.Lane(new string('n', 100), 1, 1, 1, 1, 5)], ViewSamples.Time, columns).Lines(),
        };

        Assert.All(tables.SelectMany(static lines => lines), line => Assert.InRange(TextColumns.Of(line), 0, columns));
    }
}
