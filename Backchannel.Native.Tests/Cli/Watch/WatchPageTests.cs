using System.Text.RegularExpressions;
using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Watch;
using Backchannel.Native.Tests.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Cli.Watch;

/// <summary>What is on the screen, in terminals of several sizes.</summary>
public sealed partial class WatchPageTests
{
    private const string Prompt = "y cancels it, any other key leaves it.";

    [Fact]
    public void The_help_is_whole_at_80_columns()
    {
        var page = Page();
        page.Help = new Scroll();

        var lines = Lines(page, 80, 24);

        Assert.All(lines, line => Assert.DoesNotContain('…', line));
        Assert.All(["− cancelled", "answer the open question of the task"], part => Assert.Contains(lines, line => line.Contains(part, StringComparison.Ordinal)));
        Assert.Contains("WORKERS are those that wait for a task and those that hold one.", string.Join(' ', lines), StringComparison.Ordinal);
        Assert.EndsWith("q quit", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(40)]
    public void A_question_for_yes_or_no_goes_on_in_further_lines(int columns)
    {
        var page = Page();
        page.Question = new ScreenQuestion($"Cancel task f9e6df4a of {ViewSamples.LaneName}, \"Build the package of module 3 and run…\"? {Prompt}", takesText: false, static _ => { });

        var lines = Lines(page, columns, 24);

        Assert.EndsWith($"module 3 and run…\"? {Prompt}", string.Join(' ', lines), StringComparison.Ordinal);
        Assert.Equal(24, lines.Count);
    }

    [Theory]
    [InlineData(80, "Answer (Enter sends, Esc leaves it): yes")]
    [InlineData(40, "Answer (Enter sends, Esc leaves it): |yes")]
    public void An_answer_is_typed_in_the_last_line(int columns, string expected)
    {
        var page = Page();
        page.Question = new ScreenQuestion("Answer (Enter sends, Esc leaves it):", takesText: true, static _ => { });
        page.Question.Press(new(WatchKey.Paste, "yes"));

        var lines = Lines(page, columns, 24);

        Assert.EndsWith(expected.Replace(" |", "|", StringComparison.Ordinal), string.Join('|', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_message_goes_on_in_the_next_line()
    {
        var page = Page();
        page.Message = "There is no channel 'release-builds' yet, or this key may not see it. It is shown once there is one.";

        Assert.Contains(page.Message, string.Join(' ', Lines(page, 80, 24)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_fills_the_screen_keeps_its_last_character()
    {
        var drawn = new ScreenFrame(hasColours: true).Compose([new("12345")], (5, 1), chosen: -1, cursor: null);

        // The cursor stands on the last character then, and what erases to the end of the line would erase it.
        Assert.EndsWith("12345", drawn, StringComparison.Ordinal);
        Assert.Contains("\e[K", drawn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 24)]
    [InlineData(20, 10)]
    [InlineData(10, 3)]
    [InlineData(1, 1)]
    public void Every_size_can_be_drawn(int columns, int rows)
    {
        var page = Page();
        page.Question = new ScreenQuestion("Answer (Enter sends, Esc leaves it):", takesText: true, static _ => { });
        page.Message = new string('m', 500);
        Assert.Equal(rows, Lines(page, columns, rows).Count);

        page.Help = new Scroll();
        page.Question = null;
        Assert.Equal(rows, Lines(page, columns, rows).Count);
    }

    /// <summary>A title, the keys and what is chosen: headings would leave no place for it.</summary>
    [Fact]
    public void A_small_terminal_shows_what_is_chosen_and_not_that_nothing_is_there()
    {
        var page = Page();

        var task = string.Join('|', Lines(page, 20, 5));
        page.Model.Move(-1);
        var lane = string.Join('|', Lines(page, 20, 5));

        Assert.DoesNotContain("No channel", task + lane, StringComparison.Ordinal);
        Assert.Contains("failed", task, StringComparison.Ordinal);
        Assert.Contains(ViewSamples.LaneName[..3], lane, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 6)]
    [InlineData(30, 8)]
    [InlineData(50, 12)]
    public void The_help_is_read_in_parts_where_the_screen_is_small(int columns, int rows)
    {
        var page = Page();
        page.Help = new Scroll();
        var all = WatchHelp.Lines(columns);
        List<string> seen = [];

        for (var step = 0; step < all.Count; step++)
        {
            seen.AddRange(Lines(page, columns, rows));
            page.Help.Move(1);
        }

        Assert.All(all, line => Assert.Contains(line, seen));
        Assert.All(all, line => Assert.True(TextColumns.Of(line) <= columns, line));
        Assert.Contains(seen, line => line.StartsWith("↑↓ more", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_a_person_types_the_cursor_is_shown_behind_the_text_and_nowhere_else()
    {
        var page = Page();
        var before = page.Draw((80, 24));
        page.Question = new ScreenQuestion("Answer:", takesText: true, static _ => { });
        page.Question.Press(new(WatchKey.Paste, "yes"));

        var asked = page.Draw((80, 24));

        Assert.DoesNotContain("\e[?25h", before, StringComparison.Ordinal);
        Assert.EndsWith("\e[24;12H\e[?25h", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(30)]
    public void A_lost_connection_is_told_with_the_key_that_tries_at_once(int columns)
    {
        var page = Page();
        page.Lost = "the bus cannot be reached";

        Assert.StartsWith(columns < 60 ? "watch: connection lost" : "watch: connection lost, trying again; Space tries at once: the bus", Lines(page, columns, 24)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(9)]
    [InlineData(6)]
    public void In_few_lines_there_is_a_channel_and_a_task(int rows)
    {
        var page = Page();
        page.Model.SetTasks(ViewSamples.LaneName, [.. Enumerable.Range(0, 20).Select(static place => ViewSamples.Row(TaskStates.Failed, place) with { Id = $"task {place}" })]);

        var lines = Lines(page, 40, rows);

        Assert.DoesNotContain(lines, static line => line.Contains("No channel", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith(ViewSamples.LaneName[..4], StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("fail", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 8, "  6 of 8 channels are shown; move up and down to see the others.")]
    [InlineData(80, 3, "")]
    public void Channels_that_find_no_place_are_counted(int columns, int channels, string expected)
    {
        var page = Page();
        page.Model.SetLanes([.. Enumerable.Range(0, channels).Select(static place => ViewSamples.Lane($"lane {place}", open: 1, failed: 0, oldestMinutesAgo: 12))]);
        page.Model.SetTasks("lane 0", [.. Enumerable.Range(0, 40).Select(static place => ViewSamples.Row(TaskStates.Failed, place) with { Id = $"task {place}", ChannelId = "lane 0" })]);

        var lines = Lines(page, columns, 26);

        Assert.Equal(expected, lines[2 + Math.Min(6, channels)]);
    }

    [Fact]
    public void Without_channels_the_screen_tells_whether_they_were_read()
    {
        var page = new WatchPage("the local bus", ViewSamples.Time, hasColours: false);
        var before = Lines(page, 80, 24);
        page.Model.SetLanes([]);
        var after = Lines(page, 80, 24);

        Assert.Contains("Reading the channels.", before);
        Assert.Contains("No channel yet. The first post to a channel makes it.", after);
    }

    private static WatchPage Page()
    {
        var page = new WatchPage("the local bus", ViewSamples.Time, hasColours: false);
        page.Model.SetLanes([ViewSamples.Lane(ViewSamples.LaneName, open: 1, failed: 2, oldestMinutesAgo: 12)]);
        page.Model.SetTasks(ViewSamples.LaneName, [ViewSamples.Row(TaskStates.Failed, 25, reason: "no compiler")]);
        return page;
    }

    /// <summary>The lines without the sequences between them.</summary>
    private static List<string> Lines(WatchPage page, int columns, int rows)
    {
        var text = Sequence().Replace(page.Draw((columns, rows)), "");
        return [.. text.Split("\r\n")];
    }

    [GeneratedRegex(@"\e\[[?\d;]*[A-Za-z]")]
    private static partial Regex Sequence();
}
