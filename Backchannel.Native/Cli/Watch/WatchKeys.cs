using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>What each key does.</summary>
/// <param name="tryNow">Ends the pause before the bus is asked again.</param>
/// <param name="rows">How many lines a page has.</param>
internal sealed class WatchKeys(WatchPage page, WatchActs acts, Action tryNow, Func<int> rows)
{
    private const int BeginningColumns = 40;

    /// <returns>Whether the person quits.</returns>
    public bool Press(KeyPress key)
    {
        if (page.Question is { } question)
        {
            Ask(question, key);
            return false;
        }

        page.Message = "";
        if (key.Key == WatchKey.Interrupt || key is { Key: WatchKey.Text, Text: "q" })
        {
            return true;
        }

        if (Steps(key) is { } steps)
        {
            Move(steps);
            return false;
        }

        if (page.Help is not null)
        {
            page.Help = null;
            return false;
        }

        switch (key)
        {
            case { Key: WatchKey.Tab } when page.Opened is null:
                page.Model.Jump();
                break;
            case { Key: WatchKey.Enter or WatchKey.Right } or { Key: WatchKey.Text, Text: "l" }:
                Open();
                break;
            case { Key: WatchKey.Escape or WatchKey.Left or WatchKey.Backspace } or { Key: WatchKey.Text, Text: "h" }:
                Back();
                break;
            case { Key: WatchKey.Text, Text: "?" }:
                page.Help = new Scroll();
                break;
            case { Key: WatchKey.Text, Text: " " } when page.Lost is not null:
                // Said at once: the answer may be the same as before.
                page.Lost = "asking the bus now";
                tryNow();
                break;
            case { Key: WatchKey.Text, Text: "a" or "c" or "r" }:
                Act(key.Text);
                break;
        }

        return false;
    }

    private void Ask(ScreenQuestion question, KeyPress key)
    {
        if (!question.Press(key))
        {
            return;
        }

        // Leaving it, or what it led to, may already have asked the next one.
        page.Question = page.Question == question ? null : page.Question;
    }

    /// <returns>How far the key moves, up is negative; null: it does not move.</returns>
    private int? Steps(KeyPress key) => key switch
    {
        { Key: WatchKey.Up } or { Key: WatchKey.Text, Text: "k" } => -1,
        { Key: WatchKey.Down } or { Key: WatchKey.Text, Text: "j" } => 1,
        { Key: WatchKey.PageUp } => -Math.Max(1, rows() - 6),
        { Key: WatchKey.PageDown } => Math.Max(1, rows() - 6),
        { Key: WatchKey.Home } => -int.MaxValue / 2,
        { Key: WatchKey.End } => int.MaxValue / 2,
        _ => null,
    };

    private void Move(int steps)
    {
        if (page.Help is { } help)
        {
            help.Move(steps);
        }
        else if (page.Opened is { } opened)
        {
            opened.Move(steps);
        }
        else
        {
            page.Model.Move(steps);
        }
    }

    private void Open()
    {
        if (page.Opened is not null)
        {
            return;
        }

        if (page.Model.ChosenRow is { } row)
        {
            page.Open(row.Id);
            acts.ReadOpened(row.Version);
        }
        else if (page.Model.ChosenLane is { } lane)
        {
            var isShown = page.Model.Only?.Id == lane.Id;
            page.Model.Show(isShown ? null : lane);
            if (!isShown)
            {
                acts.ReadTasks(lane);
            }
        }
    }

    private void Back()
    {
        if (page.Opened is not null)
        {
            page.Opened = null;
        }
        else if (page.Model.Only is not null)
        {
            page.Model.Show(null);
        }
    }

    private void Act(string key)
    {
        if ((page.Opened is { } opened ? page.Model.Find(opened.Id) : page.Model.ChosenRow) is not { } row)
        {
            page.Message = "Choose a task first: Tab leads to the tasks.";
            return;
        }

        (page.Message, page.Question) = key switch
        {
            "a" when row.Question is not { } => ("This task has no open question.", null),
            "a" => ($"Question: {ShownLines.One(row.Question)}", new ScreenQuestion("Answer (Enter sends, Esc leaves it):", takesText: true, text => acts.Answer(row, text))),
            "r" when row.State != TaskStates.Failed => ("Only a failed task can be reopened.", null),
            "c" when row.State == TaskStates.Failed => ("It has failed: there is nothing to cancel. r opens it again.", null),
            "c" when RowWords.HasEnded(row) || row.State is null => ("This is over: there is nothing to cancel.", null),
            "c" => ("", new ScreenQuestion($"Cancel task {Named(row)}? y cancels it, any other key leaves it.", takesText: false, _ => acts.Cancel(row))),
            _ => ("", null),
        };
        if (key == "r" && row.State == TaskStates.Failed)
        {
            acts.Reopen(row);
        }
    }

    private string Named(TaskRow row) =>
        $"{RowWords.ShortId(row.Id)} of {TextColumns.CutMiddle(ShownLines.One(page.Model.NameOf(row.ChannelId)), BeginningColumns)}, \"{TextColumns.Cut(ShownLines.One(row.Content), BeginningColumns)}\"";
}
