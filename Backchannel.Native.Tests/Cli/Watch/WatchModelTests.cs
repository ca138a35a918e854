using Backchannel.Native.Cli.Watch;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Cli.Watch;

/// <summary>What is shown in which order, and what stays chosen.</summary>
public sealed class WatchModelTests
{
    [Fact]
    public void Tasks_that_need_a_person_come_first_and_the_first_one_is_chosen()
    {
        var model = new WatchModel();
        model.SetLanes([Lane("lane")]);
        model.SetTasks("lane", [Row("1", TaskStates.Open), Row("2", TaskStates.Acknowledged), Row("3", TaskStates.Failed), Row("4", TaskStates.Claimed, question: "?")]);

        Assert.Equal(["4", "3", "1", "2"], model.Rows.Select(row => row.Id));
        Assert.Equal("4", model.ChosenRow?.Id);
    }

    [Fact]
    public void What_a_key_chose_stays_chosen_wherever_it_moves_to()
    {
        var model = new WatchModel();
        model.SetLanes([Lane("lane")]);
        model.SetTasks("lane", [Row("1", TaskStates.Open), Row("2", TaskStates.Acknowledged)]);
        model.Move(1);

        model.Merge([Row("2", TaskStates.Failed, version: 2)]);

        Assert.Equal(["2", "1"], model.Rows.Select(row => row.Id));
        Assert.Equal("2", model.ChosenRow?.Id);
    }

    [Fact]
    public void Tasks_of_a_channel_that_is_gone_go_with_it()
    {
        var model = new WatchModel();
        model.SetLanes([Lane("lane"), Lane("other")]);
        model.SetTasks("lane", [Row("1", TaskStates.Open)]);

        model.SetLanes([Lane("other")]);

        Assert.Empty(model.Rows);
    }

    [Fact]
    public void An_older_version_changes_nothing()
    {
        var model = new WatchModel();
        model.Merge([Row("1", TaskStates.Failed, version: 3)]);
        model.Merge([Row("1", TaskStates.Claimed, version: 2)]);

        Assert.Equal(TaskStates.Failed, Assert.Single(model.Rows).State);
    }

    [Fact]
    public void Moves_end_at_both_ends_and_an_empty_model_chooses_nothing()
    {
        var model = new WatchModel();
        model.Move(5);
        Assert.Null(model.ChosenRow ?? (object?)model.ChosenLane);

        model.SetLanes([Lane("lane")]);
        model.Merge([Row("1", TaskStates.Open)]);
        model.Move(-int.MaxValue / 2);
        Assert.Equal("lane", model.ChosenLane?.Id);
        model.Move(int.MaxValue / 2);
        Assert.Equal("1", model.ChosenRow?.Id);
        model.Jump();
        Assert.Equal("lane", model.ChosenLane?.Id);
    }

    [Fact]
    public void Of_very_many_tasks_those_that_changed_last_are_kept()
    {
        var model = new WatchModel();
        model.Merge([.. Enumerable.Range(100, 700).Select(number => Row($"{number}", TaskStates.Open))]);

        Assert.Equal(500, model.Rows.Count);
        Assert.Equal("799", model.Rows[0].Id);
    }

    /// <summary>Its id is also the time of its change.</summary>
    [Fact]
    public void Strangers_push_nothing_of_ones_own_that_is_stuck_off_the_screen()
    {
        var model = new WatchModel();
        model.SetLanes([Lane("lane"), Lane("foreign") with { Own = false }]);

        model.Merge([
            Row("1", TaskStates.Failed), Row("2", TaskStates.Claimed, question: "Which?") with { Mine = true }, Row("3", TaskStates.Failed) with { ChannelId = "foreign", Mine = true },
            .. Enumerable.Range(100, 600).Select(static id => Row($"{id}", TaskStates.Claimed, question: "Noise?") with { ChannelId = "foreign" }),
            .. Enumerable.Range(700, 300).Select(static id => Row($"{id}", TaskStates.Claimed, question: "Noise?"))]);

        Assert.Equal(["2", "3", "999", "998"], model.Rows.Take(4).Select(static row => row.Id));
        Assert.Equal(["1", "699"], model.Rows.Skip(302).Take(2).Select(static row => row.Id));
    }

    private static TaskRow Row(string id, string state, long version = 1, string? question = null) => new(
        id, "lane", state, 5, "content", 0, null, null, id, id, version, null, null, null, 0, null, question, null, null, null);

    private static LaneView Lane(string name) => new(
        name, name, ChannelMode.Claimable, ChannelAccess.Open, "", true, 1, 0, 0, 0, 0, 0, 0, 0, new(0, 0, null), null, [], []);
}
