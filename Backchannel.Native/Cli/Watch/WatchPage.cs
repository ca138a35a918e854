using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Cli.Watch;

/// <summary>What the screen shows: channels and tasks, a task that was opened, or the help; below it what is asked or told.</summary>
internal sealed class WatchPage(string busName, ShownTime time, bool hasColours)
{
    private const string Keys = "↑↓ move  Enter open  Esc back  a answer  c cancel  r reopen  ? help  q quit";

    private static readonly string[] Help =
    [
        "Keys",
        "",
        "  ↑ ↓ k j         move; Page Up, Page Down, Home and End too",
        "  Tab             from the channels to the tasks and back",
        "  Enter           open a task; on a channel: show only its tasks",
        "  Esc ← h         back",
        "  a               answer the open question of the task",
        "  c               cancel the task, whoever works on it; asks first",
        "  r               reopen a failed task",
        "  q Ctrl+C        quit",
        "",
        "Marks: ○ open  ◐ claimed  ? claimed, with an open question  ◌ waiting  ✗ failed  ✓ acknowledged  − cancelled",
        "DONE counts the tasks acknowledged in 24 hours. WORKERS are those that wait for a task and those that hold one.",
    ];

    private readonly ScreenFrame frame = new(hasColours);

    public WatchModel Model { get; } = new();

    /// <summary>The opened task; null: none.</summary>
    public TaskPane? Opened { get; set; }

    public void Open(string id) => Opened = new TaskPane(id, time);

    /// <summary>Closes a task that is gone, and shows it no longer.</summary>
    public void Forget(TaskPane gone)
    {
        Opened = Opened == gone ? null : Opened;
        Model.Remove(gone.Id);
    }

    public ScreenQuestion? Question { get; set; }

    public bool ShowsHelp { get; set; }

    /// <summary>What the last key led to; safe to show.</summary>
    public string Message { get; set; } = "";

    /// <summary>Why the bus cannot be asked; null: it can.</summary>
    public string? Lost { get; set; }

    public string Draw((int Columns, int Rows) size)
    {
        var room = Math.Max(1, size.Rows - 4);
        var chosen = -1;
        List<ScreenLine> lines;
        if (ShowsHelp)
        {
            lines = [.. Help.Take(room).Select(static line => new ScreenLine(line))];
        }
        else if (Opened is { } opened)
        {
            lines = opened.Draw(size.Columns, room);
        }
        else
        {
            (lines, chosen) = new ListPane(Model, time).Draw(size.Columns, room);
        }

        lines = [Title(), .. lines.Take(room)];
        while (lines.Count < size.Rows - 2)
        {
            lines.Add(new(""));
        }

        var (last, cursor) = Question?.Draw(size.Columns) ?? (Keys, null);
        lines.Add(Message.Length == 0 ? new("") : new(Message, LineLook.Stuck));
        lines.Add(new(last, Question is null ? LineLook.Faint : LineLook.Heading));
        return frame.Compose(lines, size, chosen < 0 ? -1 : chosen + 1, cursor);
    }

    private ScreenLine Title()
    {
        var shown = Model.Only is { } only ? $"only {ShownLines.One(only.Name)}, Esc shows all" : ShownLines.One(busName);
        return Lost is { } reason
            ? new($"backchannel-mcp watch: connection lost, trying again: {reason}", LineLook.Stuck)
            : new($"backchannel-mcp watch, live: {shown}", LineLook.Heading);
    }
}
